// The turn of a front, as broker/net/io_thread.cc does it.

#include <algorithm>
#include <array>

#include "tests/testkit/front_world.h"

namespace godwit::testkit {

bool FrontWorld::due(const TestClient& client) {
  if (client.gone_) {
    return false;
  }
  return client.lost_ || client.input_due_ ||
         (client.waits_for_socket_ && client.reads_bytes_max > 0);
}

bool FrontWorld::due(const Thread& thread) const {
  if (!thread.unposted.empty() || !thread.inbox.empty() || !thread.authentications.empty() ||
      !thread.internal_publishes.empty() || thread.stop_asked) {
    return true;
  }
  if (thread.front->next_deadline() <= now_ || !thread.front->effects().empty()) {
    return true;
  }
  return std::any_of(thread.clients.begin(), thread.clients.end(),
                     [](const auto& entry) { return due(*entry.second); });
}

bool FrontWorld::step() {
  std::vector<Thread*> candidates;
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    Thread& thread = threads_[(next_thread_ + i) % threads_.size()];
    if (due(thread)) {
      candidates.push_back(&thread);
    }
  }
  if (candidates.empty()) {
    return false;
  }
  if (in_order_) {
    Thread& thread = *candidates.front();
    next_thread_ = static_cast<std::size_t>(&thread - threads_.data()) + 1;
    run_turn(thread);
    while (!thread.unposted.empty()) {
      post_next(thread);
    }
    return true;
  }
  Thread& thread = *candidates[chance_() % candidates.size()];
  if (thread.unposted.empty()) {
    run_turn(thread);
  } else {
    post_next(thread);
  }
  return true;
}

void FrontWorld::run_turn(Thread& thread) {
  front::Turn turn{now_};
  std::vector<TestClient*> clients;
  for (const auto& [index, client] : thread.clients) {
    clients.push_back(client);
  }
  if (!in_order_) {
    std::shuffle(clients.begin(), clients.end(), chance_);
  }
  for (TestClient* client : clients) {
    if (client->waits_for_socket_) {
      flush(*client, client->reads_bytes_max, turn);
    }
    feed(*client, turn);
  }
  take_mail(thread, turn);
  thread.front->tick(turn);
  finish_turn(thread, turn);
}

void FrontWorld::take_mail(Thread& thread, front::Turn& turn) {
  for (Authentication& done : std::exchange(thread.authentications, {})) {
    thread.front->authenticated(done.connection, std::move(done.result), turn);
  }
  for (const auto& [topic, payload] : std::exchange(thread.internal_publishes, {})) {
    thread.front->publish_internal(topic, payload, turn);
  }
  while (!thread.inbox.empty() && thread.front->wants_mail()) {
    Mail mail = std::move(thread.inbox.front());
    thread.inbox.pop_front();
    if (mail.client == nullptr) {
      thread.front->mail(mail.batch, turn);
      continue;
    }
    TestClient& client = *mail.client;
    client.index_ = thread.front->adopt({"test", "tcp"}, std::move(mail.connect), turn);
    client.gone_ = false;
    thread.clients[client.index_] = &client;
  }
  if (std::exchange(thread.stop_asked, false)) {
    thread.front->stop(turn);
  }
}

void FrontWorld::finish_turn(Thread& thread, front::Turn& turn) {
  collect_mail(thread);
  if (thread.unposted.empty()) {
    flush_turn(thread, turn);
  }
}

void FrontWorld::collect_mail(Thread& thread) {
  // In the order in which net posts: all publishes before any control.
  std::vector<front::MailBatch>& outgoing = thread.front->outgoing();
  for (std::size_t to = 0; to < outgoing.size(); ++to) {
    if (!outgoing[to].publishes.empty()) {
      front::MailBatch batch{.from = outgoing[to].from};
      batch.publishes.swap(outgoing[to].publishes);
      thread.unposted.emplace_back(to, std::move(batch));
    }
  }
  for (std::size_t to = 0; to < outgoing.size(); ++to) {
    if (!outgoing[to].control.empty()) {
      front::MailBatch batch{.from = outgoing[to].from};
      batch.control.swap(outgoing[to].control);
      thread.unposted.emplace_back(to, std::move(batch));
    }
  }
}

void FrontWorld::flush_turn(Thread& thread, front::Turn& turn) {
  for (bool worked = true; worked;) {
    worked = flush_all(thread, turn);
    worked = carry_out_effects(thread, turn) || worked;
    worked = settle_lost(thread, turn) || worked;
    // What these have caused goes out before what the next round flushes.
    collect_mail(thread);
    while (!thread.unposted.empty()) {
      post(thread);
    }
  }
}

void FrontWorld::post(Thread& thread) {
  auto& [to, batch] = thread.unposted.front();
  ++mail_batches_;
  threads_[to].inbox.push_back({.batch = std::move(batch), .client = nullptr, .connect = nullptr});
  thread.unposted.pop_front();
}

void FrontWorld::post_next(Thread& thread) {
  post(thread);
  if (thread.unposted.empty()) {
    // As in net: acknowledgements are flushed when the mail of their turn has gone.
    front::Turn turn{now_};
    flush_turn(thread, turn);
  }
}

bool FrontWorld::carry_out_effects(Thread& thread, front::Turn& turn) {
  front::Effects effects;
  effects.swap(thread.front->effects());
  for (front::Effect& effect : effects) {
    carry_out(thread, effect, turn);
  }
  return !effects.empty();
}

void FrontWorld::carry_out(Thread& thread, front::Effect& effect, front::Turn& turn) {
  if (auto* close = std::get_if<front::CloseConnection>(&effect)) {
    TestClient& client = *thread.clients.at(close->connection);
    flush(client, client.reads_bytes_max, turn);
    thread.front->release(close->connection);
    forget(client);
    client.closed = true;
  } else if (auto* ask = std::get_if<front::Authenticate>(&effect)) {
    if (hold_authentications) {
      thread.held_authentications.push_back(std::move(*ask));
    } else {
      thread.front->authenticated(ask->connection, answer(std::move(ask->question)), turn);
    }
  } else if (auto* hand_over_effect = std::get_if<front::HandOver>(&effect)) {
    hand_over(thread, *hand_over_effect);
  } else if (auto* resume = std::get_if<front::ResumeInput>(&effect)) {
    const auto found = thread.clients.find(resume->connection);
    if (found != thread.clients.end()) {
      found->second->input_due_ = true;
    }
  }
}

void FrontWorld::hand_over(Thread& thread, front::HandOver& effect) {
  TestClient& client = *thread.clients.at(effect.connection);
  thread.front->release(effect.connection);
  forget(client);
  client.thread_ = effect.to.value();
  threads_[client.thread_].inbox.push_back(
      {.batch = {}, .client = &client, .connect = std::move(effect.connect)});
}

bool FrontWorld::settle_lost(Thread& thread, front::Turn& turn) {
  std::vector<TestClient*> lost;
  for (const auto& [index, client] : thread.clients) {
    if (client->lost_) {
      lost.push_back(client);
    }
  }
  for (TestClient* client : lost) {
    thread.front->lost(client->index_, turn);
    thread.front->release(client->index_);
    forget(*client);
  }
  return !lost.empty();
}

void FrontWorld::feed(TestClient& client, front::Turn& turn) {
  if (client.lost_ || !std::exchange(client.input_due_, false)) {
    return;
  }
  front::Front& front = this->front(client.thread_);
  if (!front.wants_input(client.index_)) {
    return;
  }  // ResumeInput says when to go on.
  const std::size_t used = front.receive(client.index_, client.unsent_, turn);
  client.unsent_.erase(client.unsent_.begin(),
                       client.unsent_.begin() + static_cast<std::ptrdiff_t>(used));
}

bool FrontWorld::flush(TestClient& client, std::size_t bytes_max, front::Turn& turn) {
  front::Front& front = this->front(client.thread_);
  std::size_t sum = 0;
  while (!client.lost_ && sum < bytes_max) {
    std::array<ByteView, 8> spans;
    const std::size_t count = front.outbox(client.index_).gather(spans);
    std::size_t written = 0;
    for (const ByteView span : std::span(spans).first(count)) {
      const ByteView part = span.first(std::min(span.size(), bytes_max - sum - written));
      client.received(part);
      written += part.size();
    }
    if (written == 0) {
      break;
    }
    sum += written;
    front.written(client.index_, written, turn);
  }
  client.parse();
  client.waits_for_socket_ = !front.outbox(client.index_).empty();
  return sum != 0;
}

bool FrontWorld::flush_all(Thread& thread, front::Turn& turn) {
  std::vector<front::ConnectionIndex> dirty;
  thread.front->take_dirty(dirty);
  for (const front::ConnectionIndex index : dirty) {
    const auto found = thread.clients.find(index);
    // One that waits for its socket is flushed when that takes bytes again.
    if (found != thread.clients.end() && !found->second->waits_for_socket_) {
      flush(*found->second, found->second->reads_bytes_max, turn);
    }
  }
  return !dirty.empty();
}

void FrontWorld::forget(TestClient& client) {
  threads_[client.thread_].clients.erase(client.index_);
  client.gone_ = true;
  client.waits_for_socket_ = false;
}

}  // namespace godwit::testkit
