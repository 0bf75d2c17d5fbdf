// Random clients against random turns of the fronts, with an oracle that knows what acknowledged
// messages are owed to whom. Everything follows from one seed:
//
//   unit_front --gtest_filter='Simulation.*'                    the usual 200 seeds
//   GODWIT_SIMULATION_SEEDS=1000-2000 unit_front --gtest_…      these

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/front/simulated_client.h"
#include "tests/unit/front/simulation_seeds.h"

namespace godwit::simulation {
namespace {

using testkit::WorldOptions;

constexpr int kRounds = 300;

WorldOptions options_of(std::uint64_t seed) {
  std::mt19937_64 random(seed * 7'919);
  WorldOptions options;
  options.thread_count = static_cast<std::uint16_t>(1 + random() % 3);
  options.seed = seed;
  options.limits.send_window_max = static_cast<std::uint16_t>(1 + random() % 20);
  if (random() % 2 == 0) {
    options.limits.write_buffer_max = 200 + random() % 1'000;
  }
  // In every other run turns are short: fan-outs take several, and so does a client's input.
  if (random() % 2 == 0) {
    options.turn = {.packets_max = 1 + random() % 4,
                    .deliveries_max = 1 + random() % 8,
                    .fanout_receivers_max = 1 + random() % 3};
  }
  // In every fourth run queues overflow; what is lost then is counted.
  if (random() % 4 == 0) {
    options.limits.queue_messages_max = static_cast<std::uint32_t>(1 + random() % 20);
  }
  return options;
}

void play(Run& run) {
  for (int round = 0; round < kRounds; ++round) {
    run.clients[run.random() % run.clients.size()].act();
    for (std::uint64_t steps = run.random() % 8; steps > 0 && run.world.step(); --steps) {
    }
    if (run.random() % 40 == 0) {
      run.world.advance(std::chrono::milliseconds(run.random() % 10'000));
    }
  }
}

void bring_all_home(Run& run) {
  for (int round = 0; round < 1'000; ++round) {
    bool all_home = true;
    for (SimulatedClient& client : run.clients) {
      client.come_home();
      all_home &= client.home();
    }
    const bool settled = !run.world.step();
    run.world.settle();
    if (all_home && settled) {
      return;
    }
  }
  ADD_FAILURE() << "some exchange does not end";
}

// Every message that the broker took reached everybody who was owed it, but for what it counted.
void check_deliveries(const Run& run) {
  std::int64_t missing = 0;
  std::string which;
  for (std::size_t number = 0; number < run.messages.size(); ++number) {
    const Message& message = run.messages[number];
    for (const Expectation& expectation : message.expected) {
      const SimulatedClient& client = run.clients[expectation.client];
      const bool owed = message.taken && client.lineage() == expectation.lineage &&
                        client.subscription() == expectation.subscription;
      if (owed && !client.has_got(number)) {
        ++missing;
        which += " " + std::to_string(number) + " to c" + std::to_string(expectation.client);
      }
    }
  }
  EXPECT_LE(missing, run.world.metric("godwit_messages_dropped_total", "queue_full")) << which;
}

// The last retained value of each client that was taken, or one that was sent after it.
void check_retained(Run& run) {
  std::map<std::string, std::size_t> taken;
  for (std::size_t number = 0; number < run.messages.size(); ++number) {
    if (run.messages[number].retain && run.messages[number].taken) {
      taken[run.messages[number].topic] = number;
    }
  }
  testkit::TestClient& reader = run.world.connect("reader");
  testkit::subscribe(reader, "r/#");
  std::map<std::string, std::size_t> kept;
  for (const mqtt::Publish& publish : reader.take_publishes()) {
    kept[std::string(publish.topic.text())] = std::stoul(testkit::text_of(publish));
  }
  for (const auto& [topic, number] : taken) {
    EXPECT_GE(kept[topic], number) << topic;
  }
  reader.send(mqtt::Disconnect{});
}

void check_gauges(Run& run) {
  testkit::FrontWorld& world = run.world;
  EXPECT_EQ(world.metric("godwit_connections"),
            static_cast<std::int64_t>(world.connection_count()));
  // Abandoned connections were taken over: one is left for each client.
  EXPECT_EQ(world.connection_count(), run.clients.size());
  EXPECT_EQ(world.metric("godwit_sessions"), static_cast<std::int64_t>(run.clients.size()));
  EXPECT_EQ(world.metric("godwit_queue_messages"), 0);
  EXPECT_EQ(world.metric("godwit_queue_bytes"), 0);
  EXPECT_EQ(world.metric("godwit_outbox_bytes"), 0);
  for (std::size_t i = 0; i < run.clients.size(); ++i) {
    world.connect("c" + std::to_string(i), testkit::ConnectSpec{}, i % world.thread_count())
        .send(mqtt::Disconnect{});
  }
  testkit::expect_gauges_at_zero(world);
}

void run_seed(std::uint64_t seed) {
  Run run(seed, options_of(seed));
  play(run);
  bring_all_home(run);
  check_deliveries(run);
  check_retained(run);
  check_gauges(run);
}

// MQTT311-2.3.1-4, MQTT311-3.1.2-6, MQTT311-3.3.4-1, MQTT311-3.8.4-3, MQTT311-4.1.0-2,
// MQTT311-4.6.0-5, -6: a third of the clients speak 3.1.1, with kept and with clean sessions.
// MQTT311-3.1.2-12: nobody has a will, and nothing comes that nobody has published.
TEST(Simulation, loses_doubles_and_reorders_nothing) { testkit::for_each_seed(200, run_seed); }

}  // namespace
}  // namespace godwit::simulation
