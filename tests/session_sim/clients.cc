#include "tests/session_sim/clients.h"

#include <fmt/format.h>

#include <utility>

namespace godwit::host {

using records::AckKind;
using records::Owned;

void Client::request(Host& host, records::Command command, std::optional<Token> token) {
  host.request({thread_, home_, token.value_or(Token(++tokens_)), std::move(command)});
}

void Client::connect(Host& host, bool with_will) {
  // Taken over: the will has no delay, so it goes out (MQTT-3.1.4-3).
  if (owned_) {
    end_connection();
  }
  connecting_ = true;
  ++connections_;
  records::Open open{.client_id = name_,
                     .connection = connection_number(thread_, connections_),
                     .expiry_interval_seconds = UINT32_MAX,
                     .receive_maximum = 7,
                     .queue_messages_max = 1'000'000,
                     .queue_bytes_max = 1'000'000'000};
  next_will_.clear();
  if (with_will) {
    next_will_ = fmt::format("W{}:{}", thread_.value(), ++wills_);
    open.will = records::Will{make_record("t/w", next_will_, mqtt::Qos::kExactlyOnce), 0};
  }
  request(host, std::move(open));
}

void Client::subscribe(Host& host) {
  subscribe_token_ = Token(++tokens_);
  request(host, records::Subscribe{*owned_, {{"t/#", {.qos = mqtt::Qos::kExactlyOnce}}}},
          subscribe_token_);
}

void Client::disconnect(Host& host, bool orderly) {
  const Token token(++tokens_);
  request(host, records::Close{.by = *owned_, .keeps_will = !orderly}, token);
  if (orderly) {
    // Until it is answered, a crash may come first.
    close_token_ = token;
    closing_will_ = std::exchange(will_, {});
    if (!closing_will_.empty()) {
      wills_unknown_.insert(closing_will_);
    }
  }
  end_connection();
}

// Whatever ended it, but DISCONNECT: its will is due.
void Client::end_connection() {
  if (!will_.empty()) {
    wills_due_.insert(std::exchange(will_, {}));
  }
  owned_.reset();
  to_answer_.clear();
  published_.clear();
  subscribe_token_.reset();
}

void Client::lose_connection() {
  if (connecting_ && !next_will_.empty()) {
    wills_unknown_.insert(next_will_);
  }
  connecting_ = false;
  next_will_.clear();
  close_token_.reset();
  end_connection();
  connections_ = 0;
}

void Client::publish_qos1(Host& host, const std::string& payload) {
  auto waiting = std::make_shared<Waiting>(Waiting{payload, kShards});
  for (std::uint16_t shard = 0; shard < kShards; ++shard) {
    const Token token(++tokens_);
    published_[token] = waiting;
    host.publish(
        {thread_, ShardId(shard), token, make_record("t/1", payload, mqtt::Qos::kAtLeastOnce)});
  }
}

void Client::publish_qos2(Host& host, const std::string& payload) {
  do {
    ++last_packet_id_;
  } while (last_packet_id_ == 0 || outgoing_.contains(last_packet_id_));
  outgoing_[last_packet_id_] = {payload};
  send_qos2(host, mqtt::PacketId(last_packet_id_), outgoing_[last_packet_id_]);
}

void Client::send_qos2(Host& host, mqtt::PacketId packet_id, const Outgoing& outgoing) {
  if (outgoing.received) {
    request(host, records::Qos2Release{*owned_, packet_id});
    return;
  }
  records::Destinations everywhere;
  for (std::uint16_t shard = 0; shard < kShards; ++shard) {
    everywhere.shards.emplace_back(shard);
  }
  request(host, records::Qos2Receive{*owned_, packet_id,
                                     make_record("t/2", outgoing.payload, mqtt::Qos::kExactlyOnce),
                                     everywhere});
}

// --- what it hears -------------------------------------------------------------------------------

void Client::hear(const Answer& answer, Host& host) {
  if (const auto* told = std::get_if<Told>(&answer)) {
    hear_event(told->event, host);
  } else if (const auto* delivered = std::get_if<Delivered>(&answer)) {
    hear_message(*delivered);
  } else if (const auto* will = std::get_if<WillToMatch>(&answer)) {
    match(*will, thread_, host);
  } else if (const auto* done = std::get_if<Done>(&answer)) {
    if (done->token == subscribe_token_) {
      subscribed_ = true;
    }
    if (done->token == close_token_) {
      // DISCONNECT was taken: its will must never come.
      wills_unknown_.erase(closing_will_);
      close_token_.reset();
    }
    const auto found = published_.find(done->token);
    if (found != published_.end() && --found->second->shards == 0) {
      acknowledged_.insert(found->second->payload);
    }
  }
}

void Client::match(const WillToMatch& will, ThreadIndex from, Host& host) {
  records::Destinations everywhere;
  for (std::uint16_t shard = 0; shard < kShards; ++shard) {
    everywhere.shards.emplace_back(shard);
  }
  host.request({from, will.shard, Token(0),
                records::WillFire{will.due.session, will.due.will, std::move(everywhere)}});
}

void Client::hear_opened(const shard::Opened& opened, Host& host) {
  if (opened.owner.connection != connection_number(thread_, connections_)) {
    return;
  }
  connecting_ = false;
  owned_ = Owned{opened.owner.session, opened.owner.epoch};
  will_ = std::exchange(next_will_, {});
  if (!opened.session_present && subscribed_) {
    complaint_ = name_ + " has lost its session";
  }
  // MQTT-4.4.0-1: what was not answered is sent again, in the old order.
  for (const auto& [packet_id, outgoing] : outgoing_) {
    send_qos2(host, mqtt::PacketId(packet_id), outgoing);
  }
}

void Client::hear_event(const shard::Event& event, Host& host) {
  if (const auto* opened = std::get_if<shard::Opened>(&event)) {
    hear_opened(*opened, host);
    return;
  }
  if (const auto* fence = std::get_if<shard::Fence>(&event)) {
    // This thread does nothing more for the earlier connection.
    request(host, records::Fenced{{fence->by.session, fence->by.epoch}, fence->former.epoch});
    return;
  }
  if (!owned_) {
    return;
  }
  if (const auto* received = std::get_if<shard::Qos2Received>(&event)) {
    const auto found = outgoing_.find(received->packet_id.value());
    if (found != outgoing_.end()) {
      found->second.received = true;
      send_qos2(host, received->packet_id, found->second);
    }
  } else if (const auto* completed = std::get_if<shard::Qos2Completed>(&event)) {
    const auto found = outgoing_.find(completed->packet_id.value());
    if (found != outgoing_.end() && found->second.received) {
      acknowledged_.insert(found->second.payload);
      outgoing_.erase(found);
    }
  } else if (const auto* pubrel = std::get_if<shard::SendPubrel>(&event)) {
    received_ids_.erase(pubrel->packet_id);
    to_answer_.push_back({AckKind::kPubcomp, pubrel->packet_id});
  }
}

void Client::hear_message(const Delivered& delivered) {
  const shard::Delivery& delivery = delivered.delivery;
  if (!owned_ || delivery.owner.epoch != owned_->epoch) {
    return;
  }
  if (delivery.qos == mqtt::Qos::kAtLeastOnce) {
    received_.push_back(payload_of(delivered.record));
    to_answer_.push_back({AckKind::kPuback, delivery.packet_id});
    return;
  }
  if (received_ids_.insert(delivery.packet_id).second) {
    received_.push_back(payload_of(delivered.record));
  } else if (!delivery.dup) {
    complaint_ = fmt::format("{} got id {} again without DUP", name_, delivery.packet_id.value());
  }
  to_answer_.push_back({AckKind::kPubrec, delivery.packet_id});
}

bool Client::acknowledge(Host& host) {
  if (to_answer_.empty() || !owned_) {
    return false;
  }
  const ToAnswer answer = to_answer_.front();
  to_answer_.pop_front();
  request(host, records::Acks{*owned_, {{answer.kind, answer.packet_id}}});
  return true;
}

}  // namespace godwit::host
