#include "broker/admin/handlers.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace godwit::admin {
namespace {

class FakeOperations final : public Operations {
 public:
  [[nodiscard]] Readiness readiness() const override { return state; }
  [[nodiscard]] Version version() const override { return {"0.1.0", "abc\"def", "release"}; }
  [[nodiscard]] const std::vector<const MetricSheet*>& sheets() const override { return all; }

  Readiness state{.ready = true, .reason = {}};
  std::vector<const MetricSheet*> all;
};

class HandlersTest : public testing::Test {
 protected:
  [[nodiscard]] Response get(std::string_view target) const { return handlers_.handle({target}); }

  FakeOperations operations_;
  Handlers handlers_{operations_};
};

TEST_F(HandlersTest, is_alive_whatever_the_state) {
  operations_.state = {.ready = false, .reason = "starting"};
  EXPECT_EQ(get("/livez").status, 200U);
}

TEST_F(HandlersTest, is_ready_only_while_clients_are_taken) {
  EXPECT_EQ(get("/readyz").status, 200U);
  operations_.state = {.ready = false, .reason = "stopping"};
  const Response response = get("/readyz");
  EXPECT_EQ(response.status, 503U);
  EXPECT_EQ(response.body, "not ready: stopping\n");
}

TEST_F(HandlersTest, version_is_json) {
  const Response response = get("/version");
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(response.body,
            "{\"version\":\"0.1.0\",\"revision\":\"abc\\\"def\",\"build\":\"release\"}\n");
}

TEST_F(HandlersTest, metrics_are_of_all_sheets) {
  MetricSheet sheet;
  sheet.add({MetricKind::kCounter, "test_events_total", "Events."}).add(7);
  operations_.all = {&sheet};
  const Response response = get("/metrics");
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(response.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_NE(response.body.find("\ntest_events_total 7\n"), std::string::npos);
  EXPECT_NE(response.body.find("\ngodwit_process_open_fds "), std::string::npos);
}

TEST_F(HandlersTest, the_first_page_lists_the_others) {
  const Response response = get("/");
  EXPECT_EQ(response.status, 200U);
  for (const char* path : {"/metrics", "/livez", "/readyz", "/version"}) {
    EXPECT_NE(response.body.find(path), std::string::npos) << path;
  }
}

TEST_F(HandlersTest, a_query_does_not_matter) {
  EXPECT_EQ(get("/livez?verbose=1").status, 200U);
  EXPECT_EQ(get("/?").status, 200U);
}

TEST_F(HandlersTest, anything_else_is_not_found) {
  for (const char* target : {"/metrics/", "/METRICS", "//", "/livez/../metrics", "/favicon.ico"}) {
    EXPECT_EQ(get(target).status, 404U) << target;
  }
}

}  // namespace
}  // namespace godwit::admin
