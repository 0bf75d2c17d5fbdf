#include "broker/net/http_server.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/unit/net/loopback.h"

namespace godwit::net::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kGet = "GET /page HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr const char* kGetAndClose = "GET /page HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

class HttpServerTest : public testing::Test {
 protected:
  void start(const HttpServerSettings& settings = {}) {
    server_ = std::make_unique<HttpServer>(
        settings, service_,
        [](const HttpRequest& request) {
          return HttpResponse{200, "text/plain", request.method + ' ' + request.target};
        },
        metrics_);
    const auto address = server_->listen("127.0.0.1", 0);
    ASSERT_TRUE(address) << address.error().text;
    port_ = static_cast<std::uint16_t>(std::stoi(address->substr(address->find(':') + 1)));
    server_->start();
    service_.start();
  }
  void TearDown() override { service_.stop(); }

  [[nodiscard]] Peer connect() const { return connect_to("127.0.0.1", port_); }
  // What one request on a connection of its own is answered.
  [[nodiscard]] std::string answer_to(std::string_view request) const {
    Peer client = connect();
    client.send(request);
    return client.receive_text_until_end();
  }

  MetricSheet metrics_;
  ServiceThread service_;
  std::unique_ptr<HttpServer> server_;
  std::uint16_t port_ = 0;
};

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_F(HttpServerTest, answers_and_closes_when_asked_to) {
  start();
  const std::string answer = answer_to(kGetAndClose);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\nGET /page")) << answer;
}

TEST_F(HttpServerTest, head_has_no_body) {
  start();
  const std::string answer =
      answer_to("HEAD /page HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(contains(answer, "Content-Length: 10\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST_F(HttpServerTest, serves_several_requests_on_one_connection) {
  start();
  Peer client = connect();
  const std::string once = answer_to(kGet + std::string(kGetAndClose));
  // The first answer of a connection that stays open has no "Connection: close".
  const std::size_t length = once.find("GET /page") + std::string_view("GET /page").size();
  for (int i = 0; i < 3; ++i) {
    client.send(kGet);
    EXPECT_EQ(as_text(client.receive(length)), once.substr(0, length));
  }
}

TEST_F(HttpServerTest, a_request_may_come_in_pieces) {
  start();
  Peer client = connect();
  for (const char c : std::string_view(kGetAndClose)) {
    client.send({&c, 1});
  }
  EXPECT_TRUE(client.receive_text_until_end().starts_with("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, refusals_are_answered_and_close_the_connection) {
  start();
  EXPECT_TRUE(answer_to("nonsense\r\n\r\n").starts_with("HTTP/1.1 400 "));
  const std::string post =
      answer_to("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_TRUE(post.starts_with("HTTP/1.1 405 ")) << post;
  EXPECT_TRUE(contains(post, "Allow: GET, HEAD\r\n"));
}

TEST_F(HttpServerTest, an_endless_header_is_refused_and_the_answer_arrives) {
  start();
  // More than the server reads before it refuses: the answer must not be lost in a reset.
  const std::string answer =
      answer_to("GET / HTTP/1.1\r\nX: " + std::string(std::size_t{20} << 10U, 'x'));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 431 ")) << answer;
}

TEST_F(HttpServerTest, an_idle_connection_is_closed) {
  start({.idle_deadline = milliseconds(20)});
  EXPECT_TRUE(connect().at_end());
}

TEST_F(HttpServerTest, an_unfinished_request_is_closed) {
  start({.idle_deadline = seconds(60), .request_deadline = milliseconds(20)});
  Peer client = connect();
  client.send("GET / HT");
  EXPECT_TRUE(client.receive_text_until_end().empty());
}

TEST_F(HttpServerTest, connections_beyond_the_bound_are_closed_and_others_served) {
  start({.connections_max = 2});
  Peer first = connect();
  first.send(kGet);
  static_cast<void>(first.receive_some());
  Peer second = connect();
  second.send(kGet);
  static_cast<void>(second.receive_some());
  EXPECT_TRUE(connect().receive_text_until_end().empty());
  first.send(kGetAndClose);
  EXPECT_TRUE(first.receive_text_until_end().starts_with("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, stopping_cuts_open_connections) {
  start();
  Peer client = connect();
  client.send(kGet);
  static_cast<void>(client.receive_some());
  service_.stop();
  EXPECT_TRUE(client.at_end());
}

TEST_F(HttpServerTest, an_address_in_use_is_an_error_with_the_address) {
  start();
  HttpServer other(
      {}, service_, [](const HttpRequest&) { return HttpResponse{}; }, metrics_);
  const auto address = other.listen("127.0.0.1", port_);
  ASSERT_FALSE(address);
  EXPECT_TRUE(contains(address.error().text, "127.0.0.1:" + std::to_string(port_)));
  EXPECT_FALSE(address.error().no_such_address);
}

}  // namespace
}  // namespace godwit::net::test
