// What follows from input besides bytes: rare, so each is a value in a list that `net` carries out
// at the end of the turn and clears.
#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "broker/access/authentication.h"
#include "broker/front/ids.h"

namespace godwit::front {

struct PendingConnect;

// Close the socket: after the outbox was written, or as far as it goes within a grace time. The
// front has forgotten the connection already, except its outbox; net calls `release` when done.
struct CloseConnection {
  ConnectionIndex connection;
};

// Ask who this is; the answer comes back by Front::authenticated.
struct Authenticate {
  ConnectionId connection;
  access::AuthenticationQuestion question;
};

// The session of this client lives on another thread: move the socket there, with whatever bytes
// are not parsed yet, and call Front::adopt. The front has forgotten the connection.
struct HandOver {
  ConnectionIndex connection;
  ThreadIndex to;
  std::unique_ptr<PendingConnect> connect;
};

// A connection whose input was held back (Front::wants_input was false) may be parsed again.
struct ResumeInput {
  ConnectionIndex connection;
};

using Effect = std::variant<CloseConnection, Authenticate, HandOver, ResumeInput>;
using Effects = std::vector<Effect>;

}  // namespace godwit::front
