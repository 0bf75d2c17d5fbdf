#include "broker/app/tls_load.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "broker/app/listener_kind.h"
#include "broker/app/pem_file.h"

namespace godwit::app {
namespace {

// Reads files, and remembers what went wrong with them.
class PemReader {
 public:
  explicit PemReader(Problems& problems) : problems_(problems) {}

  net::TlsText read(const std::string& file) {
    auto text = read_pem(file);
    if (!text) {
      problems_.push_back(text.error());
      return {.pem = {}, .name = file};
    }
    return std::move(*text);
  }

  net::TlsCertificate read(const TlsCertificateConfig& config) {
    return {.chain = read(config.certificate_file),
            .key = read(config.key_file),
            .key_password = config.key_password};
  }

 private:
  Problems& problems_;
};

net::TlsServerSettings read_settings(const ListenerKind& kind, const TlsListenerConfig& tls,
                                     PemReader& reader) {
  net::TlsServerSettings settings;
  settings.certificate = reader.read(tls.certificate);
  settings.minimum_version = tls.minimum_version;
  settings.client_certificates = tls.client_certificates;
  settings.identity = tls.identity;
  if (tls.client_certificates != ClientCertificates::kOff) {
    settings.client_ca = reader.read(tls.client_ca_file);
    if (!tls.crl_file.empty()) {
      settings.crl = reader.read(tls.crl_file);
    }
  }
  settings.application_protocol = kind.websocket ? "http/1.1" : "mqtt";
  return settings;
}

template <class Visit>
void for_each_listener(const Config& config, Visit visit) {
  for (const ListenerKind& kind : kListenerKinds) {
    for (const ListenerConfig& listener : config.listeners.*kind.list) {
      visit(kind, listener);
    }
  }
}

std::string look_of(const std::string& file) {
  struct stat look {};
  if (file.empty() || stat(file.c_str(), &look) != 0) {
    return "-";
  }
  return fmt::format("{}.{}.{}.{}.{}", look.st_dev, look.st_ino, look.st_size, look.st_mtim.tv_sec,
                     look.st_mtim.tv_nsec);
}

}  // namespace

Result<TlsContexts, Problems> load_tls(const Config& config, const net::TlsTicketKey& ticket_key) {
  TlsContexts contexts;
  Problems problems;
  PemReader reader(problems);
  std::vector<net::TlsCertificate> by_server_name;
  for (const TlsCertificateConfig& certificate : config.tls.certificates) {
    by_server_name.push_back(reader.read(certificate));
  }
  for_each_listener(config, [&](const ListenerKind& kind, const ListenerConfig& listener) {
    contexts.emplace_back();
    if (!kind.tls) {
      return;
    }
    const std::size_t before = problems.size();
    net::TlsServerSettings settings = read_settings(kind, listener.tls, reader);
    settings.by_server_name = by_server_name;
    if (config.tls.session_tickets) {
      settings.ticket_key = ticket_key;
    }
    if (problems.size() != before) {
      return;  // What could not be read need not be judged too.
    }
    auto context = net::TlsContext::server(settings);
    if (context) {
      contexts.back() = std::move(*context);
    } else {
      add_problems(context.error(), problems);
    }
  });
  if (!problems.empty()) {
    return fail(std::move(problems));
  }
  return contexts;
}

std::string tls_files_stamp(const Config& config) {
  std::string stamp;
  const auto add = [&](const std::string& file) { stamp += look_of(file) + ' '; };
  for (const TlsCertificateConfig& certificate : config.tls.certificates) {
    add(certificate.certificate_file);
    add(certificate.key_file);
  }
  for_each_listener(config, [&](const ListenerKind& kind, const ListenerConfig& listener) {
    if (kind.tls) {
      add(listener.tls.certificate.certificate_file);
      add(listener.tls.certificate.key_file);
      add(listener.tls.client_ca_file);
      add(listener.tls.crl_file);
    }
  });
  return stamp;
}

std::int64_t first_expiry_seconds(const TlsContexts& contexts) {
  std::int64_t first = INT64_MAX;
  for (const auto& context : contexts) {
    if (context != nullptr) {
      first = std::min(first, context->not_after_seconds());
    }
  }
  return first == INT64_MAX ? 0 : first;
}

}  // namespace godwit::app
