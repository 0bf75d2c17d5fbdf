// A world with retained messages in it, for the tests of reads.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "tests/testkit/shorthand.h"

namespace godwit::testkit {

// Retains so many messages, a/0, a/1 and so on.
inline void fill_retained(FrontWorld& world, int count, std::size_t payload_size,
                          mqtt::Qos qos = mqtt::Qos::kAtMostOnce) {
  TestClient& publisher = world.connect("publisher");
  for (int i = 0; i < count; ++i) {
    publisher.push(make_publish("a/" + std::to_string(i), std::string(payload_size, 'x'), qos,
                                qos == mqtt::Qos::kAtMostOnce ? 0 : 1, true));
  }
  world.settle();
  EXPECT_EQ(world.metric("godwit_retained_messages"), count);
}

}  // namespace godwit::testkit
