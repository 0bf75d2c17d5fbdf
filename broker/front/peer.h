// What is known of a peer apart from what it says in packets.
//
// Thread: the front's.
#pragma once

#include <string>

namespace godwit::front {

// From the start. For logs; nothing is decided by it.
struct PeerInfo {
  std::string address;   // "192.0.2.7:40312"
  std::string listener;  // "tcp"
};

// From what lies between the socket and the packets: a load balancer, TLS.
struct PeerIdentity {
  std::string address;           // For logs. Empty: PeerInfo's holds.
  std::string certificate_name;  // Proven by a client certificate; empty: none.
};

}  // namespace godwit::front
