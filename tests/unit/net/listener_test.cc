#include "broker/net/listener.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <semaphore>
#include <thread>
#include <vector>

#include "tests/unit/net/broker_loop.h"
#include "tests/unit/net/loopback.h"

namespace godwit::net::test {
namespace {

using std::chrono::seconds;

class SemaphoreBell final : public Waker {
 public:
  void wake() override { rings_.release(); }
  [[nodiscard]] bool wait() { return rings_.try_acquire_for(seconds(10)); }

 private:
  std::counting_semaphore<> rings_{0};
};

class ListenerTest : public testing::Test {
 protected:
  Result<Listener*, ListenError> try_open(const std::string& ip, std::uint16_t port = 0) {
    auto listener = Listener::open({.number = 3, .ip = ip, .port = port},
                                   {service_, limit_, distributor_, probe_, log_});
    if (!listener) {
      return fail(listener.error());
    }
    listeners_.push_back(std::move(*listener));
    return listeners_.back().get();
  }
  Listener* open(const std::string& ip) {
    const auto listener = try_open(ip);
    EXPECT_TRUE(listener) << listener.error().text;
    return *listener;
  }
  void start(Listener& listener) {
    listener.start();
    service_.start();
  }

  void TearDown() override { service_.stop(); }

  // The next socket that a listener hands over.
  [[nodiscard]] NewSocket next() {
    std::vector<IoMail> mail;
    while (taken_.empty()) {
      if (!bell_.wait()) {
        ADD_FAILURE() << "no socket within 10 s";
        return {};
      }
      mailbox_.drain(mail);
      for (IoMail& item : mail) {
        taken_.push_back(std::move(std::get<NewSocket>(item)));
      }
      mail.clear();
    }
    NewSocket first = std::move(taken_.front());
    taken_.erase(taken_.begin());
    return first;
  }
  [[nodiscard]] std::int64_t metric(std::string_view name, std::string_view label = {}) const {
    return metric_of(metrics_, name, label);
  }

  NullLogSink sink_;
  Log log_{sink_};
  MetricSheet metrics_;
  ListenerProbe probe_{metrics_};
  ConnectionLimit limit_{6};
  SemaphoreBell bell_;
  IoMailbox mailbox_{2, bell_};
  MetricSheet io_metrics_;
  IoProbe io_probe_{io_metrics_, ThreadIndex(0)};
  Distributor distributor_{{{&mailbox_, &io_probe_}}, {}, Instant{}};
  std::vector<NewSocket> taken_;
  ServiceThread service_;
  std::vector<std::unique_ptr<Listener>> listeners_;
};

int option(const NewSocket& fresh, int level, int name) {
  int value = -1;
  socklen_t size = sizeof(value);
  EXPECT_EQ(getsockopt(fresh.socket.descriptor(), level, name, &value, &size), 0);
  return value;
}

TEST_F(ListenerTest, hands_over_sockets_as_the_io_threads_need_them) {
  Listener* const listener = open("127.0.0.1");
  EXPECT_EQ(listener->address(), "127.0.0.1:" + std::to_string(listener->port()));
  start(*listener);
  const Peer client = connect_to("127.0.0.1", listener->port());
  const NewSocket fresh = next();
  EXPECT_EQ(fresh.listener, 3);
  EXPECT_TRUE(fresh.address.starts_with("127.0.0.1:"));
  EXPECT_EQ(fresh.stream, nullptr);
  EXPECT_EQ(option(fresh, IPPROTO_TCP, TCP_NODELAY), 1);
  EXPECT_EQ(option(fresh, SOL_SOCKET, SO_KEEPALIVE), 1);
  EXPECT_NE(fcntl(fresh.socket.descriptor(), F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(fcntl(fresh.socket.descriptor(), F_GETFD) & FD_CLOEXEC, 0);
  EXPECT_EQ(limit_.taken(), 1U);
  EXPECT_EQ(metric("godwit_network_accepted_total"), 1);
}

TEST_F(ListenerTest, listens_on_ipv6) {
  const auto listener = try_open("::1");
  if (!listener && listener.error().no_such_address) {
    GTEST_SKIP() << listener.error().text;
  }
  ASSERT_TRUE(listener);
  EXPECT_TRUE((*listener)->address().starts_with("[::1]:"));
  start(**listener);
  const Peer client = connect_to("::1", (*listener)->port());
  EXPECT_TRUE(next().address.starts_with("[::1]:"));
}

TEST_F(ListenerTest, several_listeners_share_a_port_number_across_families) {
  Listener* const first = open("127.0.0.1");
  const auto second = try_open("::1", first->port());
  if (!second && second.error().no_such_address) {
    GTEST_SKIP() << second.error().text;
  }
  EXPECT_TRUE(second);
}

TEST_F(ListenerTest, clients_that_connect_before_the_start_wait) {
  Listener* const listener = open("127.0.0.1");
  const Peer client = connect_to("127.0.0.1", listener->port());
  start(*listener);
  EXPECT_TRUE(next().socket);
}

TEST_F(ListenerTest, an_address_in_use_is_an_error) {
  Listener* const first = open("127.0.0.1");
  const auto second = try_open("127.0.0.1", first->port());
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().text.find(first->address()), std::string::npos) << second.error().text;
  EXPECT_FALSE(second.error().no_such_address);
}

TEST_F(ListenerTest, an_address_of_another_machine_is_an_error_of_its_own_kind) {
  const auto listener = try_open("192.0.2.1");
  ASSERT_FALSE(listener);
  EXPECT_TRUE(listener.error().no_such_address) << listener.error().text;
}

TEST_F(ListenerTest, a_name_is_not_an_address) {
  const auto listener = try_open("localhost");
  ASSERT_FALSE(listener);
  EXPECT_NE(listener.error().text.find("localhost"), std::string::npos);
}

TEST_F(ListenerTest, over_the_limit_clients_are_closed_until_others_leave) {
  Listener* const listener = open("127.0.0.1");
  start(*listener);
  std::vector<Peer> clients;
  std::vector<NewSocket> held;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(connect_to("127.0.0.1", listener->port()));
    held.push_back(next());
  }
  EXPECT_TRUE(connect_to("127.0.0.1", listener->port()).receive_some().empty());
  EXPECT_EQ(metric("godwit_network_refused_total", "limit"), 1);
  EXPECT_EQ(limit_.taken(), 6U);

  held.pop_back();
  EXPECT_EQ(limit_.taken(), 5U);
  const Peer another = connect_to("127.0.0.1", listener->port());
  EXPECT_TRUE(next().socket);
}

TEST_F(ListenerTest, when_the_mailbox_is_full_clients_wait_and_none_is_lost) {
  Listener* const listener = open("127.0.0.1");
  start(*listener);
  std::vector<Peer> clients;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(connect_to("127.0.0.1", listener->port()));
  }
  for (int i = 0; i < 6; ++i) {
    EXPECT_TRUE(next().socket);
  }
  EXPECT_EQ(metric("godwit_network_accepted_total"), 6);
}

TEST_F(ListenerTest, out_of_descriptors_it_pauses_and_goes_on) {
  Listener* const listener = open("127.0.0.1");
  Peer client = unconnected_socket();
  start(*listener);

  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  // The next free number, which a fresh descriptor would get.
  const int next_free = dup(0);
  ASSERT_GE(next_free, 0);
  ::close(next_free);
  none.rlim_cur = static_cast<rlim_t>(next_free);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  connect(client, listener->port());
  while (metric("godwit_network_accept_errors_total") == 0) {
    std::this_thread::yield();
  }
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);

  EXPECT_TRUE(next().socket);
  // Paused, not spinning.
  EXPECT_LE(metric("godwit_network_accept_errors_total"), 3);
}

TEST_F(ListenerTest, once_closed_it_takes_nobody) {
  Listener* const listener = open("127.0.0.1");
  start(*listener);
  listener->close();
  std::binary_semaphore closed(0);
  service_.post([&] { closed.release(); });
  closed.acquire();
  Peer client = unconnected_socket();
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(listener->port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_NE(::connect(client.descriptor(), reinterpret_cast<sockaddr*>(&address), sizeof(address)),
            0);
}

}  // namespace
}  // namespace godwit::net::test
