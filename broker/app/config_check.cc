#include "broker/app/config_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "broker/app/address.h"
#include "broker/app/listener_kind.h"

namespace godwit::app {
namespace {

// One listener of any kind, and how messages call its options.
struct Listener {
  const ListenerKind& kind;
  std::size_t instance;
  const ListenerConfig& config;

  [[nodiscard]] std::string option(std::string_view key) const {
    return fmt::format("{}.{}", kind.section, key);
  }
};

std::vector<Listener> listeners_of(const Config& config) {
  std::vector<Listener> all;
  for (const ListenerKind& kind : kListenerKinds) {
    const std::vector<ListenerConfig>& list = config.listeners.*kind.list;
    for (std::size_t instance = 0; instance < list.size(); ++instance) {
      all.push_back({kind, instance, list[instance]});
    }
  }
  return all;
}

class Checker {
 public:
  Checker(const Config& config, const Origins& origins, Problems& problems)
      : config_(config), listeners_(listeners_of(config)), origins_(origins), problems_(problems) {}

  void check() {
    check_access();
    for (const Listener& listener : listeners_) {
      if (listener.kind.tls) {
        check_tls(listener);
      }
    }
    for (std::size_t at = 0; at < config_.tls.certificates.size(); ++at) {
      check_certificate("tls.certificate", at, config_.tls.certificates[at]);
    }
    check_binds();
    if (config_.profile == Profile::kDevelopment) {
      check_development();
    }
    if (config_.profile == Profile::kHardened) {
      check_hardened();
    }
  }

 private:
  void report(std::string_view option, std::size_t instance, std::string_view text) {
    problems_.push_back(Error{fmt::format("{}: {}", origins_.place(option, instance), text)});
  }

  void check_access() {
    const bool by_certificate = std::ranges::any_of(listeners_, [](const Listener& listener) {
      return listener.kind.tls && listener.config.tls.identity != CertificateIdentity::kNone;
    });
    if (by_certificate || config_.access.allow_anonymous || !config_.access.password_file.empty()) {
      return;
    }
    if (config_.profile == Profile::kDevelopment) {
      report("access.allow_anonymous", 0,
             "nobody could connect; leave it out, or name a password file");
      return;
    }
    problems_.push_back(Error{
        "access: nobody could connect. Write a password file (`godwit passwd FILE USER`) and name "
        "it as access.password_file (--password-file FILE), or try the broker out on this machine "
        "with --development. `access.allow_anonymous = true` lets everybody in."});
  }

  void check_certificate(std::string_view section, std::size_t instance,
                         const TlsCertificateConfig& files) {
    if (files.certificate_file.empty()) {
      report(fmt::format("{}.certificate_file", section), instance,
             "is missing; name the PEM file of the server's certificate and its chain");
    }
    if (files.key_file.empty()) {
      report(fmt::format("{}.key_file", section), instance,
             "is missing; name the PEM file of the certificate's private key");
    }
  }

  void check_tls(const Listener& listener) {
    const TlsListenerConfig& tls = listener.config.tls;
    check_certificate(listener.kind.section, listener.instance, tls.certificate);
    if (tls.client_certificates != ClientCertificates::kOff) {
      if (tls.client_ca_file.empty()) {
        report(listener.option("client_certificates"), listener.instance,
               "needs client_ca_file, the PEM file of those who sign the certificates of clients");
      }
      return;
    }
    constexpr std::string_view kNeedsCertificates =
        "needs client_certificates = \"required\" or \"optional\"; without it no client is asked "
        "for one";
    if (!tls.crl_file.empty()) {
      report(listener.option("crl_file"), listener.instance, kNeedsCertificates);
    }
    if (tls.identity != CertificateIdentity::kNone) {
      report(listener.option("identity"), listener.instance, kNeedsCertificates);
    }
  }

  struct Bound {
    BindAddress address;
    std::string option;
    std::size_t instance;
  };

  // Binds that cannot be read were reported when they were set; kHttpOff is none.
  [[nodiscard]] std::vector<Bound> bounds_of(const std::string& bind, const std::string& option,
                                             std::size_t instance) const {
    std::vector<Bound> all;
    if (const auto addresses = parse_bind(bind)) {
      for (const BindAddress& address : *addresses) {
        all.push_back({address, option, instance});
      }
    }
    return all;
  }

  void check_binds() {
    std::vector<Bound> taken;
    for (const Listener& listener : listeners_) {
      check_bind(bounds_of(listener.config.bind, listener.option("bind"), listener.instance),
                 taken);
    }
    check_bind(bounds_of(config_.http.bind, "http.bind", 0), taken);
  }

  // `own`: the addresses of one listener, which join those that are taken.
  void check_bind(const std::vector<Bound>& own, std::vector<Bound>& taken) {
    for (const Bound& mine : own) {
      const auto other = std::ranges::find_if(taken, [&](const Bound& bound) {
        return mine.address.port != 0 && bound.address.port == mine.address.port &&
               bound.address.ip == mine.address.ip;
      });
      if (other != taken.end()) {
        report(mine.option, mine.instance,
               fmt::format("{} is taken by {}", address_text(mine.address.ip, mine.address.port),
                           origins_.place(other->option, other->instance)));
        break;  // One sentence for both addresses of localhost.
      }
    }
    taken.insert(taken.end(), own.begin(), own.end());
  }

  void check_development() {
    constexpr std::string_view kWhy =
        "development mode lets everybody in and so binds loopback addresses only, not `{}`; leave "
        "--development out and name a password file, or bind 127.0.0.1";
    for (const Listener& listener : listeners_) {
      check_loopback(listener.option("bind"), listener.instance, listener.config.bind, kWhy);
    }
    check_loopback("http.bind", 0, config_.http.bind, kWhy);
  }

  void check_hardened() {
    if (config_.access.allow_anonymous) {
      report("access.allow_anonymous", 0, "the profile hardened lets nobody in without a name");
    }
    if (config_.access.rules_file.empty()) {
      report("access.rules_file", 0,
             "the profile hardened needs rules; without them whoever is let in may do everything");
    }
    for (const Listener& listener : listeners_) {
      if (!listener.kind.tls) {
        check_loopback(listener.option("bind"), listener.instance, listener.config.bind,
                       "the profile hardened binds listeners without TLS to loopback addresses "
                       "only, not `{}`; use listener.tls or listener.wss, or bind 127.0.0.1 and "
                       "let a proxy on this machine end TLS");
      }
    }
    check_loopback("http.bind", 0, config_.http.bind,
                   "the profile hardened serves HTTP on loopback addresses only, not `{}`, "
                   "because it has no login; bind 127.0.0.1 or `off`");
  }

  // `why`: a sentence with a place for the address.
  void check_loopback(std::string_view option, std::size_t instance, const std::string& bind,
                      std::string_view why) {
    const auto addresses = parse_bind(bind);
    if (!addresses || std::ranges::all_of(*addresses, &BindAddress::loopback)) {
      return;
    }
    report(option, instance, fmt::format(fmt::runtime(why), bind));
  }

  const Config& config_;
  const std::vector<Listener> listeners_;
  const Origins& origins_;
  Problems& problems_;
};

}  // namespace

void check_combinations(const Config& config, const Origins& origins, Problems& problems) {
  Checker(config, origins, problems).check();
}

}  // namespace godwit::app
