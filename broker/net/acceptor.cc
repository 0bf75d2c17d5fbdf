#include "broker/net/acceptor.h"

#include <asio/ip/address.hpp>
#include <asio/ip/v6_only.hpp>
#include <asio/system_error.hpp>
#include <cerrno>

namespace godwit::net {
namespace {

using asio::ip::tcp;

asio::error_code open_and_listen(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  // The one place of the room where Asio's exceptions read better than its codes.
  try {
    acceptor.open(endpoint.protocol());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    if (endpoint.address().is_v6()) {
      acceptor.set_option(asio::ip::v6_only(true));
    }
    acceptor.set_option(tcp::no_delay(true));
    acceptor.set_option(asio::socket_base::keep_alive(true));
    acceptor.non_blocking(true);
    acceptor.bind(endpoint);
    acceptor.listen(asio::socket_base::max_listen_connections);
    return {};
  } catch (const asio::system_error& error) {
    return error.code();
  }
}

}  // namespace

std::string endpoint_text(const tcp::endpoint& endpoint) {
  const std::string ip = endpoint.address().to_string();
  const std::string port = std::to_string(endpoint.port());
  return endpoint.address().is_v6() ? '[' + ip + "]:" + port : ip + ':' + port;
}

Result<tcp::acceptor, ListenError> open_acceptor(asio::io_context& context, const std::string& ip,
                                                 std::uint16_t port) {
  asio::error_code error;
  const asio::ip::address address = asio::ip::make_address(ip, error);
  if (error) {
    return fail(ListenError{.text = "cannot listen on '" + ip + "': not an IP address"});
  }
  const tcp::endpoint endpoint(address, port);
  tcp::acceptor acceptor(context);
  error = open_and_listen(acceptor, endpoint);
  if (error) {
    const int number = error.value();
    return fail(
        ListenError{.text = "cannot listen on " + endpoint_text(endpoint) + ": " + error.message(),
                    .no_such_address = number == EADDRNOTAVAIL || number == EAFNOSUPPORT});
  }
  return acceptor;
}

}  // namespace godwit::net
