// Who owns a session, and what it subscribes to.
#include <algorithm>
#include <utility>

#include "broker/shard/mutant.h"
#include "broker/shard/shard.h"

namespace godwit::shard {
namespace {

constexpr std::uint32_t kNever = UINT32_MAX;

}  // namespace

using records::Attachment;
using records::Epoch;

// --- processes -----------------------------------------------------------------------------------

void Shard::operator()(const records::Attach& attach) {
  const Attachment attachment(index_);
  for (const Attachment ended : lanes_.attach(attachment, attach, counters_.time)) {
    end_attachment(ended);
  }
  tell(Attached{attachment, attach.process, *lanes_.last(attach.process)});
}

void Shard::operator()(const records::OwnerLost& lost) { end_attachment(lost.attachment); }

// P-7: epochs of its sessions rise, and their wills and expiry start.
void Shard::end_attachment(Attachment attachment) {
  lanes_.detach(attachment);
  std::vector<records::SessionNumber> numbers;
  sessions_.for_each([&](const DurableSession& session) { numbers.push_back(session.number); });
  std::sort(numbers.begin(), numbers.end());
  for (const records::SessionNumber number : numbers) {
    DurableSession& session = *sessions_.find(number);
    const auto gone = std::erase_if(session.row.formers, [&](const records::Former& former) {
      return former.attachment == attachment;
    });
    if (gone > 0) {
      sessions_.touch(session);
    }
    if (session.row.attachment == attachment) {
      raise_epoch(session);
      end_connection(session, !planted(Mutant::kWillLostWithOwner));
    } else if (gone > 0 && session.deliverable()) {
      begin_connection(session);
    }
  }
}

// --- opening -------------------------------------------------------------------------------------

void Shard::operator()(const records::Open& open) {
  if (!lanes_.attached(open.attachment)) {
    tell(OpenRefused{open.attachment, open.connection, OpenRefusal::kAttachmentEnded});
    return;
  }
  DurableSession* there = sessions_.find(open.tenant, open.client_id);
  if (there != nullptr && there->row.user_name != open.user_name) {
    tell(OpenRefused{open.attachment, open.connection, OpenRefusal::kNotAuthorized});
    return;
  }
  // Asked again, because the answer was lost (P-9).
  if (there != nullptr && there->row.attachment == open.attachment &&
      there->row.connection == open.connection) {
    if (there->deliverable()) {
      tell(Opened{there->owner(), there->row.session_present});
    }
    return;
  }
  connect(session_for(open), open);
}

DurableSession& Shard::session_for(const records::Open& open) {
  DurableSession* there = sessions_.find(open.tenant, open.client_id);
  std::vector<records::Former> formers;
  if (there != nullptr) {
    formers = there->row.formers;
    if (there->connected()) {
      formers.push_back({there->row.epoch, there->row.attachment, there->row.connection});
      end_connection(*there, true);
      there = there->row.ended ? nullptr : there;
    }
  }
  if (there != nullptr && open.clean_start) {
    end_session(*there);
    there = nullptr;
  }
  DurableSession& session =
      there != nullptr ? *there : sessions_.create(open.tenant, open.client_id);
  session.row.formers = std::move(formers);
  return session;
}

void Shard::connect(DurableSession& session, const records::Open& open) {
  stop_expiry(session);
  // Before a will of this session was due, its client is back (MQTT-3.1.3-9).
  wills_.cancel(session.number, counters_.time);
  session.row.session_present = session.row.epoch != Epoch();  // A new one has none yet.
  raise_epoch(session);
  session.row.user_name = open.user_name;
  session.row.client_hash = open.client_hash;
  session.row.attachment = open.attachment;
  session.row.connection = open.connection;
  session.row.expiry_interval_seconds = open.expiry_interval_seconds;
  session.row.receive_maximum = open.receive_maximum;
  session.row.queue_messages_max = open.queue_messages_max;
  session.row.queue_bytes_max = open.queue_bytes_max;
  arm_will(session, open.will);
  sessions_.touch(session);
  for (const records::Former& former : session.row.formers) {
    tell(Fence{{former.attachment, former.connection, session.number, former.epoch},
               session.owner()});
  }
  if (session.deliverable()) {
    begin_connection(session);
  }
}

void Shard::begin_connection(DurableSession& session) {
  tell(Opened{session.owner(), session.row.session_present});
  courier_.begin_connection(session);
}

void Shard::operator()(const records::Fenced& fenced) {
  DurableSession* session = sessions_.find(fenced.by);
  if (session == nullptr) {
    return;
  }
  const auto gone = std::erase_if(session->row.formers, [&](const records::Former& former) {
    return former.epoch == fenced.former_epoch;
  });
  sessions_.touch(*session);
  if (gone > 0 && session->deliverable()) {
    begin_connection(*session);
  }
}

// --- closing -------------------------------------------------------------------------------------

void Shard::operator()(const records::Close& close) {
  DurableSession* session = sessions_.find(close.by);
  if (session == nullptr || !session->connected()) {
    return;
  }
  if (close.expiry_interval_seconds) {
    session->row.expiry_interval_seconds = *close.expiry_interval_seconds;
  }
  end_connection(*session, close.keeps_will);
}

void Shard::end_connection(DurableSession& session, bool keeps_will) {
  sessions_.touch(session);
  if (session.row.will && (keeps_will || planted(Mutant::kWillAfterDisconnect))) {
    const records::WillRow& will = *session.row.will;
    wills_.add(will.number,
               {.session = session.number,
                .message = will.will.message,
                .due = counters_.time + std::chrono::seconds(will.will.delay_seconds)});
  }
  session.row.will.reset();
  session.row.attachment = {};
  session.row.connection = {};
  if (planted(Mutant::kWindowEndsAtClose)) {
    session.window.clear();
  }
  const std::uint32_t interval = session.row.expiry_interval_seconds;
  if (interval == 0) {
    end_session(session);
  } else if (interval != kNever) {
    session.row.expires = counters_.time + std::chrono::seconds(interval);
    expiries_.emplace(*session.row.expires, session.number);
  }
}

void Shard::raise_epoch(DurableSession& session) {
  counters_.last_epoch = records::after(counters_.last_epoch);
  session.row.epoch = counters_.last_epoch;
}

void Shard::stop_expiry(DurableSession& session) {
  if (session.row.expires) {
    expiries_.erase({*session.row.expires, session.number});
    session.row.expires.reset();
  }
}

void Shard::end_session(DurableSession& session) {
  stop_expiry(session);
  // MQTT-3.1.2-8: the will goes out when the session ends, if not before.
  wills_.hasten(session.number, counters_.time);
  tell(SessionEnded{session.number});
  sessions_.end(session);
}

// --- wills and subscriptions ---------------------------------------------------------------------

void Shard::arm_will(DurableSession& session, const std::optional<records::Will>& will) {
  session.row.will.reset();
  if (will) {
    counters_.last_will = records::after(counters_.last_will);
    session.row.will = records::WillRow{counters_.last_will, *will};
  }
}

void Shard::operator()(const records::WillSet& set) {
  if (DurableSession* session = sessions_.find(set.by);
      session != nullptr && session->connected()) {
    arm_will(*session, set.will);
    sessions_.touch(*session);
  }
}

void Shard::operator()(const records::Subscribe& subscribe) {
  DurableSession* session = sessions_.find(subscribe.by);
  if (session == nullptr) {
    return;
  }
  for (const records::Subscribe::One& one : subscribe.subscriptions) {
    sessions_.subscribe(*session, one);
  }
}

void Shard::operator()(const records::Unsubscribe& unsubscribe) {
  DurableSession* session = sessions_.find(unsubscribe.by);
  if (session == nullptr) {
    return;
  }
  for (const std::string& filter : unsubscribe.filters) {
    sessions_.unsubscribe(*session, filter);
  }
}

}  // namespace godwit::shard
