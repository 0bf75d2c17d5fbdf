#include "tests/model/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "tests/model/bytes.h"

namespace godwit::model {
namespace {

using mqtt::ProtocolVersion;
using mqtt::ReasonCode;
using std::chrono::seconds;

// A tick of the timer wheel, so that deadlines fall on it and what is done stands apart.
constexpr Duration kStep = TimerWheel::kTick;
constexpr Instant kStart = Instant(std::chrono::hours(1));
constexpr std::uint32_t kActions = 24;

ReferenceLimits draw_limits(std::minstd_rand& random) {
  return {
      .receive_maximum = 3,
      .send_window_max = static_cast<std::uint16_t>(random() % 2 == 0 ? 100 : 1 + random() % 3)};
}

front::FrontSettings settings_of(const ReferenceLimits& limits) {
  front::FrontSettings settings;
  settings.hash_key = {1, 2};
  settings.limits.receive_maximum = limits.receive_maximum;
  settings.limits.send_window_max = limits.send_window_max;
  return settings;
}

}  // namespace

Trace::Trace(std::uint64_t seed, Tell tell)
    : random_(
          static_cast<std::minstd_rand::result_type>(seed * 2'654'435'761U % 2'147'483'646U + 1)),
      tell_(std::move(tell)),
      limits_(draw_limits(random_)),
      clients_(2 + chance(3)),
      core_(settings_of(limits_), kStart),
      reference_(limits_, clients_.size(), kStart) {}

std::optional<std::string> Trace::play() {
  try {
    for (std::uint32_t i = 0; i < kActions && !difference_ && !is_open_; ++i) {
      wait(kStep);
      act();
    }
    if (chance(4) == 0) {
      settle_accounts();
    }
    end_all();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return difference_;
}

void Trace::act() {
  const std::size_t client = chance(static_cast<std::uint32_t>(clients_.size()));
  if (chance(12) == 0) {
    wait(seconds(1 + chance(12)));
  } else if (reference_.online(client)) {
    act_online(client);
  } else {
    connect(client);
  }
}

void Trace::act_online(std::size_t client) {
  struct Choice {
    std::uint32_t weight;
    void (Trace::*act)(std::size_t client);
  };
  static constexpr Choice kChoices[] = {
      {28, &Trace::publish},    {22, &Trace::acknowledge}, {16, &Trace::subscribe},
      {9, &Trace::release},     {6, &Trace::lose},         {5, &Trace::leave},
      {4, &Trace::repeat_qos2}, {4, &Trace::unsubscribe},  {2, &Trace::acknowledge_wrongly},
      {1, &Trace::ping}};
  std::uint32_t point = chance(100);
  for (const Choice& choice : kChoices) {
    if (point < choice.weight) {
      (this->*choice.act)(client);
      return;
    }
    point -= choice.weight;
  }
  connect(client);  // Takes over from itself.
}

WillAction Trace::draw_will(bool v5) {
  WillAction will{.topic = draw_topic(),
                  .number = next_number_++,
                  .qos = draw_qos(),
                  .retain = chance(3) == 0,
                  .expiry_seconds = {}};
  constexpr std::uint32_t kDelays[] = {0, 0, 2, 7};
  if (v5) {
    will.delay_seconds = kDelays[chance(4)];
    will.expiry_seconds = chance(4) == 0 ? std::optional(chance(6)) : std::nullopt;
  }
  return will;
}

void Trace::connect(std::size_t client, bool to_the_end) {
  constexpr std::uint32_t kExpiries[] = {0, 3, 10, kSessionNeverExpires};
  constexpr std::uint16_t kReceiveMaxima[] = {1, 2, 3, 65'535};
  ConnectAction connect{.client = client, .will = {}};
  connect.clean_start = to_the_end || chance(4) == 0;
  if (!to_the_end) {
    connect.version = chance(3) == 0 ? ProtocolVersion::k3_1_1 : ProtocolVersion::k5_0;
    connect.keep_alive_seconds = static_cast<std::uint16_t>(chance(3) == 0 ? 2 + 2 * chance(3) : 0);
    if (chance(3) == 0) {
      connect.will = draw_will(mqtt::is_v5(connect.version));
    }
  }
  if (mqtt::is_v5(connect.version) && !to_the_end) {
    connect.session_expiry_seconds = kExpiries[chance(4)];
    connect.receive_maximum = kReceiveMaxima[chance(4)];
    connect.topic_alias_maximum = static_cast<std::uint16_t>(chance(3));
  }
  if (tell_) {
    say(fmt::format(
        "c{} connects: level {}{} expiry {} keep alive {} receive maximum {}{}", client,
        static_cast<int>(connect.version), connect.clean_start ? " clean" : "",
        connect.session_expiry_seconds, connect.keep_alive_seconds, connect.receive_maximum,
        connect.will
            ? fmt::format(" will {} message {} qos {}{} delay {}", kTopics[connect.will->topic],
                          connect.will->number, static_cast<int>(connect.will->qos),
                          connect.will->retain ? " retain" : "", connect.will->delay_seconds)
            : ""));
  }
  clients_[client].version = connect.version;
  clients_[client].aliases.clear();
  write(connect, bytes_);
  ++packet_count_;
  core_.send(core_.open(connect.version, connect.topic_alias_maximum), bytes_);
  reference_.connect(connect);
  // As its session remembers.
  std::erase_if(clients_[client].opened, [&](const auto& opened) {
    return !reference_.received_qos2(client).contains(opened.first);
  });
  compare();
}

void Trace::lose(std::size_t client) {
  say(fmt::format("c{} is lost", client));
  core_.lose(reference_.connection_of(client));
  reference_.lose(client);
  compare();
}

void Trace::leave(std::size_t client) {
  const bool v5 = reference_.is_v5(client);
  const bool keep_will = v5 && chance(3) == 0;
  std::optional<std::uint32_t> expiry;
  if (v5 && chance(3) == 0) {
    expiry = chance(3) * 4;
  }
  say(fmt::format("c{} leaves{}{}", client, keep_will ? ", its will stays" : "",
                  expiry ? fmt::format(", expiry {}", *expiry) : ""));
  write_disconnect(keep_will, expiry, clients_[client].version, bytes_);
  send(client);
  if (expiry && *expiry != 0 && !reference_.is_kept(client)) {
    reference_.expel(client, ReasonCode::kProtocolError);  // E-005
  } else {
    reference_.leave(client, keep_will, expiry);
  }
  compare();
}

void Trace::subscribe(std::size_t client) {
  SubscribeAction subscribe{.filter = static_cast<FilterIndex>(chance(kFilters.size())),
                            .packet_id = next_id_++,
                            .qos = draw_qos()};
  if (reference_.is_v5(client)) {
    subscribe.no_local = chance(4) == 0;
    subscribe.retain_as_published = chance(2) == 0;
    subscribe.retain_handling = static_cast<mqtt::RetainHandling>(chance(3));
    subscribe.identifier = static_cast<std::uint8_t>(chance(2) == 0 ? 0 : 1 + chance(7));
  }
  if (tell_) {
    say(fmt::format("c{} subscribes {} qos {} identifier {}{}{} retain handling {}", client,
                    kFilters[subscribe.filter], static_cast<int>(subscribe.qos),
                    subscribe.identifier, subscribe.no_local ? " no local" : "",
                    subscribe.retain_as_published ? " as published" : "",
                    static_cast<int>(subscribe.retain_handling)));
  }
  write(subscribe, clients_[client].version, bytes_);
  send(client);
  reference_.subscribe(client, subscribe);
  compare();
}

void Trace::unsubscribe(std::size_t client) {
  const auto filter = static_cast<FilterIndex>(chance(kFilters.size()));
  const std::uint16_t id = next_id_++;
  say(fmt::format("c{} unsubscribes {}", client, kFilters[filter]));
  write_unsubscribe(filter, id, clients_[client].version, bytes_);
  send(client);
  reference_.unsubscribe(client, filter, id);
  compare();
}

void Trace::ping(std::size_t client) {
  bytes_ = {std::byte{0xC0}, std::byte{0}};
  send(client);
  reference_.ping(client);
  compare();
}

}  // namespace godwit::model
