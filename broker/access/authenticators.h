// Who knows the users: everything that answers the question who somebody is.
//
// Immutable; a changed file is a new object, and a check that has begun ends with the old one.
// Thread: any.
#pragma once

#include "broker/access/authentication_methods.h"
#include "broker/access/authenticator.h"

namespace godwit::access {

struct Authenticators {
  PasswordAuthenticator passwords;
  AuthenticationMethods methods;
};

}  // namespace godwit::access
