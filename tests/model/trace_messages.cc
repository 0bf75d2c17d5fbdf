// What clients publish, repeat, release and acknowledge.
#include <fmt/format.h>

#include "tests/model/bytes.h"
#include "tests/model/trace.h"

namespace godwit::model {

using mqtt::PacketType;
using mqtt::Qos;
using mqtt::ReasonCode;

void Trace::publish(std::size_t client) {
  const bool v5 = reference_.is_v5(client);
  PublishAction publish{.topic = draw_topic(), .qos = draw_qos(), .expiry_seconds = {}};
  if (publish.qos == Qos::kAtLeastOnce) {
    publish.packet_id = next_id_++;
  } else if (publish.qos == Qos::kExactlyOnce) {
    publish.packet_id = static_cast<std::uint16_t>(1 + chance(8));
    if (reference_.received_qos2(client).contains(publish.packet_id)) {
      return;
    }
  }
  publish.retain = chance(3) == 0;
  publish.number = publish.retain && chance(4) == 0 ? 0 : next_number_++;
  if (v5 && chance(4) == 0) {
    publish.expiry_seconds = chance(8);
  }
  if (v5 && chance(3) == 0) {
    draw_alias(clients_[client], publish);
  }
  if (publish.qos == Qos::kExactlyOnce) {
    clients_[client].opened[publish.packet_id] = publish;
  }
  send_publish(client, publish);
}

void Trace::draw_alias(Client& client, PublishAction& publish) {
  if (client.aliases.empty() || (client.aliases.size() < 3 && chance(2) == 0)) {
    client.aliases.push_back(publish.topic);
    publish.topic_alias = static_cast<std::uint16_t>(client.aliases.size());
    return;
  }
  publish.topic_alias =
      static_cast<std::uint16_t>(1 + chance(static_cast<std::uint32_t>(client.aliases.size())));
  if (chance(4) == 0) {
    client.aliases[publish.topic_alias - 1U] = publish.topic;  // It gets another meaning.
  } else {
    publish.topic = client.aliases[publish.topic_alias - 1U];
    publish.topic_is_left_out = true;
  }
}

void Trace::repeat_qos2(std::size_t client) {
  auto& opened = clients_[client].opened;
  if (opened.empty()) {
    return;
  }
  auto which = opened.begin();
  std::advance(which, chance(static_cast<std::uint32_t>(opened.size())));
  PublishAction publish = which->second;
  publish.dup = true;
  publish.topic_alias = 0;
  publish.topic_is_left_out = false;
  if (!reference_.is_v5(client)) {
    publish.expiry_seconds.reset();
  }
  send_publish(client, publish);
}

void Trace::send_publish(std::size_t client, const PublishAction& publish) {
  if (tell_) {
    say(fmt::format(
        "c{} publishes {} message {} qos {}{}{} id {} alias {}{}", client, kTopics[publish.topic],
        publish.number, static_cast<int>(publish.qos), publish.retain ? " retain" : "",
        publish.dup ? " dup" : "", publish.packet_id, publish.topic_alias,
        publish.expiry_seconds ? fmt::format(" expires in {}", *publish.expiry_seconds) : ""));
  }
  write(publish, clients_[client].version, bytes_);
  const bool too_many = publish.qos == Qos::kExactlyOnce &&
                        !reference_.received_qos2(client).contains(publish.packet_id) &&
                        !reference_.may_open_qos2(client);
  send(client);
  if (too_many) {
    clients_[client].opened.erase(publish.packet_id);
    reference_.expel(client, ReasonCode::kReceiveMaximumExceeded);
  } else {
    reference_.publish(client, publish);
  }
  compare();
}

void Trace::release(std::size_t client) {
  auto& opened = clients_[client].opened;
  if (opened.empty()) {
    return;
  }
  const std::uint16_t id = opened.begin()->first;
  opened.erase(opened.begin());
  send_ack(client, PacketType::kPubrel, id, false);
}

void Trace::acknowledge(std::size_t client) {
  const auto all = reference_.in_flight(client);
  if (all.empty()) {
    return;
  }
  const auto& one = all[chance(static_cast<std::uint32_t>(all.size()))];
  const PacketType type = one.qos == Qos::kAtLeastOnce ? PacketType::kPuback
                          : one.released               ? PacketType::kPubcomp
                                                       : PacketType::kPubrec;
  const bool refused = type == PacketType::kPubrec && reference_.is_v5(client) && chance(6) == 0;
  send_ack(client, type, one.id, refused);
}

void Trace::acknowledge_wrongly(std::size_t client) {
  const auto type = static_cast<PacketType>(4 + chance(4));
  const auto all = reference_.in_flight(client);
  // Of nothing, or maybe the wrong one for what is in flight.
  const std::uint16_t id =
      all.empty() || type == PacketType::kPubrel || chance(2) == 0 ? 60'000 : all.front().id;
  send_ack(client, type, id, false);
}

void Trace::send_ack(std::size_t client, PacketType type, std::uint16_t id, bool refused) {
  say(fmt::format("c{} sends {}{}", client, describe({.type = type, .packet_id = id}),
                  refused ? ", refusing" : ""));
  write_ack(type, id, refused, clients_[client].version, bytes_);
  send(client);
  reference_.acknowledge(client, type, id, refused);
  compare();
}

}  // namespace godwit::model
