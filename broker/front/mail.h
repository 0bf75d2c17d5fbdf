// What the fronts of one process say to each other. A turn's mail to one thread is one batch:
// publishes first, as records in one run of bytes (no allocation a message), then the rare rest.
//
// The order matters: a turn's publishes to all threads are posted before its control to any. A
// thread that confirms a route, asks for retained messages or gives up a client id must have handed
// over, to everybody, all that it routed before; else a publish that somebody sends on the strength
// of that news could overtake them.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "broker/front/ids.h"
#include "broker/routing/shared_group.h"
#include "broker/session/session_key.h"

namespace godwit::front {

// P-12: every CONNECT asks the home of its client id (hash of the key).
struct OpenRequest {
  session::SessionKey key;
  ConnectionId connection;
  ThreadIndex from;
};
struct OpenAnswer {
  session::SessionKey key;
  ConnectionId connection;
  ThreadIndex owner;        // If not the asking thread: move there.
  std::uint64_t epoch = 0;  // Of this ownership, when the owner is the asking thread.
};
// The session is gone; ignored if the epoch is not the current one.
struct ClientGone {
  session::SessionKey key;
  std::uint64_t epoch = 0;
};

// One more (or one less) local subscription of `from` to this filter.
struct RouteChange {
  TenantId tenant;
  std::string filter;
  ThreadIndex from;
  bool add = true;
};
// To be confirmed once everything before it is known, and everything that was routed without it
// is handed over.
struct RouteBarrier {
  ThreadIndex from;
  std::uint64_t barrier = 0;
};
struct RouteConfirmed {
  std::uint64_t barrier = 0;
};

// Retained messages of the asked thread that match, in slices.
struct RetainedQuery {
  std::uint64_t query = 0;
  ThreadIndex from;
  TenantId tenant;
  std::string filter;
  std::string after;
  // Of a filter without wildcards: whether there is anything. `more` of the slice says so, which is
  // empty.
  bool only_whether = false;
};
struct RetainedSlice {
  std::uint64_t query = 0;
  ThreadIndex from;
  Bytes records;  // As MailBatch::publishes.
  std::string after;
  bool more = false;
  bool only_whether = false;
};

// From a member's front to the home of a shared group (PROTOCOL P-11). A group goes by the keyed
// hash of its tenant and filter, of 64 bits; only joining spells it out.
struct ShareUpdate {
  enum class Kind : std::uint8_t { kJoin, kLeave, kConnected, kDisconnected, kCredit };
  Kind kind = Kind::kJoin;
  std::uint64_t group = 0;
  routing::SharedMember member;
  std::uint16_t window = 0;  // Of kConnected: the most it takes at a time.
  std::uint16_t count = 0;   // Of kConnected: what it holds; of kCredit: what it has finished.
  // Of kJoin.
  TenantId tenant;
  std::string filter;
};
// Messages that were assigned to a member and that it has not delivered.
struct ShareReturned {
  std::uint64_t group = 0;
  Bytes records;  // As MailBatch::publishes.
};

using ControlMail =
    std::variant<OpenRequest, OpenAnswer, ClientGone, RouteChange, RouteBarrier, RouteConfirmed,
                 RetainedQuery, RetainedSlice, ShareUpdate, ShareReturned>;

struct MailBatch {
  ThreadIndex from;
  Bytes publishes;
  std::vector<ControlMail> control;

  [[nodiscard]] bool empty() const { return publishes.empty() && control.empty(); }
};

}  // namespace godwit::front
