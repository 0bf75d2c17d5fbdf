// Retained messages of the process, as one front sees them: it is the home of some topics (by hash)
// and asks the others for theirs.
//
// A SUBSCRIBE starts a read. It advances in slices as the subscriber's socket and window take what
// was sent, so a `#` over a million topics costs bounded memory and stalls nobody. From the moment
// the subscription is there to the last slice, topics that come live with their RETAIN flag are
// remembered for the subscriber, and the read skips them: it never sees a topic go back to an older
// value (E-040; P-10 in small). What came live before is in its home's store by the time the read
// begins, because all other fronts have confirmed by then that they handed it over.
//
// Thread: the front's. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "broker/front/delivery.h"
#include "broker/front/mailroom.h"
#include "broker/front/session_table.h"
#include "broker/routing/retained_store.h"

namespace godwit::front {

class Retained {
 public:
  Retained(const FrontSettings& settings, SessionTable& sessions, Delivery& delivery,
           Mailroom& mailroom, FrontProbe& probe);

  [[nodiscard]] ThreadIndex home(TenantId tenant, mqtt::TopicName topic) const;
  [[nodiscard]] bool is_home(TenantId tenant, mqtt::TopicName topic) const {
    return settings_->thread_count == 1 || home(tenant, topic) == settings_->self;
  }

  // Keeps, replaces or removes a retained message whose home is here.
  void set(TenantId tenant, const mqtt::Publish& publish, Instant received);
  // A publish with RETAIN goes to a subscriber that has reads.
  void saw_live(SessionSlot& slot, mqtt::TopicName topic);

  // The subscription that asks for retained messages.
  struct Reader {
    mqtt::Qos qos = mqtt::Qos::kAtMostOnce;
    bool all_topics_allowed = false;  // As in Grant.
    std::uint32_t identifier = 0;     // Its Subscription Identifier; 0: none.
  };
  // A read of what matches a subscription just made. Returns its number. From now on it notes what
  // comes live; it sends nothing before `begin`. Reads of the same filter that are still under way
  // go on with the new options: each SUBSCRIBE brings its copy (MQTT-3.8.4-4), as long as a session
  // has no more reads than it may have subscriptions; then they make room.
  [[nodiscard]] std::uint64_t prepare(SessionSlot& slot, mqtt::TopicFilter filter,
                                      const Reader& reader);
  // Nothing happens if it was cancelled. It waits until the long fan-outs up to `behind` are done:
  // their messages are not newer than what the store has, and its subscriber may be one of theirs.
  void begin(std::uint64_t number, std::uint64_t behind);
  // The session has ended.
  void cancel(SessionSlot& slot);
  // The subscription has ended.
  void cancel(SessionSlot& slot, std::string_view filter);
  // Some of its subscriber's output or queue has gone.
  void room_has_grown(SessionSlot& slot) {
    if (slot.retained_reads != nullptr) {
      wake(slot);
    }
  }

  // Goes on with reads whose subscriber has room; called at the end of a turn.
  void advance(Instant now);
  // So many long fan-outs are done, of those that were there when reads began.
  void fanouts_done(std::uint64_t last_done);
  // Some read could go on at once.
  [[nodiscard]] bool has_work() const { return !ready_.empty(); }

  void answer(const RetainedQuery& query, Instant now);
  void take(RetainedSlice slice);

 private:
  // One subscription's read over all homes, one after the other.
  struct Read {
    routing::Subscriber subscriber;
    std::uint32_t slot_generation = 0;
    TenantId tenant;
    std::string filter;
    Reader reader;
    bool begun = false;
    std::uint64_t behind =
        0;                   // The last long fan-out that may bring its subscriber an older value.
    std::uint16_t home = 0;  // The thread that is being read.
    std::uint16_t homes_end = 0;  // Behind the last one to read.
    std::string after;            // Where that home's next slice begins.
    bool asked = false;           // A query is under way.
    bool ended = false;           // This home has no more.
    Bytes records;                // Of another home, not yet sent, from `records_used` on.
    std::size_t records_used = 0;
  };

  enum class Progress : std::uint8_t { kDone, kWaiting, kMore };

  // False if there is nothing to read, as far as is known by now.
  [[nodiscard]] bool look_ahead(std::uint64_t number, Read& read);
  // One slice of its oldest read.
  void advance(SessionSlot& slot, Instant now);
  Progress advance(std::uint64_t number, Read& read, SessionSlot& slot, Instant now);
  Progress advance_here(std::uint64_t number, Read& read, SessionSlot& slot, Instant now);
  Progress advance_there(std::uint64_t number, Read& read, SessionSlot& slot, Instant now);
  void send(std::uint64_t number, const Read& read, SessionSlot& slot, const mqtt::Message& message,
            Instant now);
  // Reads of `store_`, which may remove what has expired.
  [[nodiscard]] bool read_store(TenantId tenant, std::string_view filter, Instant now,
                                std::string& after);
  [[nodiscard]] bool has_room(const SessionSlot& slot) const;
  // Of the reads of this filter; how many there are.
  std::size_t replace_reader(const SessionSlot& slot, std::string_view filter,
                             const Reader& reader);
  // Its oldest read may be able to go on.
  void wake(SessionSlot& slot);
  void wake_session_of(const Read& read);
  // Takes the read off its session, and from the list.
  void end(std::uint64_t number, SessionSlot& slot);
  void drop_records(Read& read);
  // What a read costs besides its records.
  [[nodiscard]] static std::size_t cost(const Read& read);
  void erase_read(std::uint64_t number);
  void forget_reads(SessionSlot& slot);

  const FrontSettings* settings_;
  SessionTable* sessions_;
  Delivery* delivery_;
  Mailroom* mailroom_;
  FrontProbe* probe_;
  routing::RetainedStore store_;
  std::map<std::uint64_t, Read> reads_;  // By number, so oldest first.
  std::uint64_t next_number_ = 1;
  struct Waiter {
    routing::Subscriber subscriber;
    std::uint32_t generation = 0;
  };
  std::vector<Waiter> ready_;  // Each session once.
  std::vector<Waiter> advancing_;
  std::uint64_t fanouts_done_ = 0;
  PublishLayouts layouts_;
  std::vector<mqtt::MessageRef> messages_;
};

}  // namespace godwit::front
