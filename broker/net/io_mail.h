// What other threads put into an I/O thread's mailbox.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/mailbox.h"
#include "broker/access/authenticator.h"
#include "broker/access/policy.h"
#include "broker/front/front.h"
#include "broker/front/mail.h"
#include "broker/front/pending_connect.h"
#include "broker/net/owned_socket.h"
#include "broker/net/rest.h"
#include "broker/net/stream.h"

namespace godwit::net {

// From a listener: connected, non-blocking.
struct NewSocket {
  OwnedSocket socket;
  std::string address;             // Of the peer.
  std::uint16_t listener = 0;      // Into IoThreadSettings::listener_names.
  std::unique_ptr<Stream> stream;  // Null for plain TCP.
};

// From another I/O thread: the client's session lives here.
struct HandedOver {
  OwnedSocket socket;
  std::uint16_t listener = 0;
  std::unique_ptr<Stream> stream;
  Rest rest;  // Read, but not yet parsed.
  std::unique_ptr<front::PendingConnect> connect;
};

// From the authentication pool.
struct AuthenticationDone {
  front::ConnectionId connection;
  access::AuthenticationResult result;
};

// For Front::publish_internal.
struct InternalPublish {
  std::string topic;
  std::string payload;
};
using InternalPublishes = std::vector<InternalPublish>;

// For Front::set_policy.
struct PolicyChanged {
  access::Policy policy;
};

// Stop, and be done by the drain deadline.
struct Stop {};

using IoMail = std::variant<front::MailBatch, NewSocket, HandedOver, AuthenticationDone,
                            InternalPublishes, PolicyChanged, Stop>;
using IoMailbox = Mailbox<IoMail>;

}  // namespace godwit::net
