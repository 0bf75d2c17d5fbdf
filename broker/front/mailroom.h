// Mail to the other fronts of the process: gathered during a turn, one batch a thread.
//
// A publish travels as a record: its fixed fields, then the packet. That is the packet as it came,
// if it can be passed on as it lies, and else the PUBLISH encoded as 5.0, whose layout holds all
// there is; so most messages are copied once on their way, decoded by nobody a second time, and
// encoded by nobody. Only this file knows the record's form.
//
// Thread: the front's. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "broker/front/mail.h"
#include "broker/mqtt/packet.h"

namespace godwit::front {

// Of a publish that goes to one member of a shared group.
struct ShareTarget {
  std::uint64_t group = 0;
  routing::SharedMember member;
  // How many members have refused the message already.
  std::uint8_t refusals = 0;
  std::uint32_t publisher = 0;  // A hash of who it comes from.
};

// One publish between fronts.
struct MailedPublish {
  TenantId tenant;
  std::uint32_t publisher = 0;  // A hash of who it comes from, for shared groups at home there.
  bool deliver = true;          // To the subscribers of the receiving front.
  bool retain = false;          // The receiving front is the home of this retained topic: keep it.
  Instant received{};
  std::optional<ShareTarget> share;
  mqtt::Publish publish;
  // `publish` as a whole packet without topic alias, in the layout of `version`. Empty to have it
  // encoded; never empty when it comes out of a record.
  ByteView packet{};
  mqtt::ProtocolVersion version = mqtt::ProtocolVersion::k5_0;
};

// Appends a record to a run of records.
void append_record(const MailedPublish& mailed, Bytes& records);

// Walks a run of records; the views point into it.
class RecordWalk {
 public:
  explicit RecordWalk(ByteView records) : rest_(records) {}
  bool next(MailedPublish& mailed);
  // Bytes of the run not walked yet.
  [[nodiscard]] std::size_t rest_size() const { return rest_.size(); }

 private:
  ByteView rest_;
};

class Mailroom {
 public:
  Mailroom(ThreadIndex self, std::uint16_t thread_count) : self_(self), batches_(thread_count) {
    for (MailBatch& batch : batches_) {
      batch.from = self;
    }
  }

  void publish(ThreadIndex to, const MailedPublish& mailed) {
    append_record(mailed, batches_[to.value()].publishes);
  }
  // To this front too: then it is taken at the end of the call that wrote it (`take_own`), so that
  // parts which answer each other do not call each other.
  void control(ThreadIndex to, ControlMail mail) {
    if (to == self_) {
      own_.push_back(std::move(mail));
    } else {
      batches_[to.value()].control.push_back(std::move(mail));
    }
  }
  [[nodiscard]] bool has_own() const { return !own_.empty(); }
  [[nodiscard]] std::vector<ControlMail> take_own() { return std::exchange(own_, {}); }
  template <class Make>
  void control_to_others(Make make) {
    const auto thread_count = static_cast<std::uint16_t>(batches_.size());
    for (std::uint16_t i = 0; i < thread_count; ++i) {
      if (i != self_.value()) {
        control(ThreadIndex(i), make());
      }
    }
  }

  [[nodiscard]] std::vector<MailBatch>& batches() { return batches_; }

 private:
  ThreadIndex self_;
  std::vector<MailBatch> batches_;
  std::vector<ControlMail> own_;
};

}  // namespace godwit::front
