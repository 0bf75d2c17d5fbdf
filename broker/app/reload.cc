#include "broker/app/reload.h"

#include <string_view>
#include <utility>

#include "broker/app/config_changes.h"
#include "broker/app/config_check.h"
#include "broker/crypto/kernel_random.h"

namespace godwit::app {
namespace {

std::array<Metric*, 2> outcome_rows(MetricSheet& sheet, std::string_view name,
                                    std::string_view help) {
  const auto row = [&](std::string_view outcome) {
    return &sheet.add({MetricKind::kCounter, name, help, "outcome", outcome});
  };
  return {row("refused"), row("applied")};
}

}  // namespace

ReloadProbe::ReloadProbe(MetricSheet& sheet)
    : configuration_(outcome_rows(sheet, "godwit_config_reloads_total",
                                  "Reloads of the configuration (SIGHUP), by what came of them.")),
      tls_(outcome_rows(sheet, "godwit_tls_reloads_total",
                        "Changed certificate files, by whether they were taken over.")),
      failed_(&sheet.add({MetricKind::kGauge, "godwit_config_reload_failed",
                          "1 while the last reload of configuration or certificates was refused; "
                          "the state before it is in use."})),
      expiry_(&sheet.add({MetricKind::kGauge, "godwit_tls_certificate_expiry_timestamp_seconds",
                          "When the first of the server's certificates expires, seconds since "
                          "1970; 0: there is none."})) {}

void ReloadProbe::configuration(bool applied) {
  configuration_[applied ? 1 : 0]->increment();
  configuration_failed_ = !applied;
  // What was applied has read the files of TLS too.
  tls_failed_ = tls_failed_ && !applied;
  set_failed();
}

void ReloadProbe::tls(bool applied) {
  tls_[applied ? 1 : 0]->increment();
  tls_failed_ = !applied;
  set_failed();
}

void ReloadProbe::tls_is_as_before() {
  tls_failed_ = false;
  set_failed();
}

void ReloadProbe::set_failed() { failed_->set(configuration_failed_ || tls_failed_ ? 1 : 0); }

Reload::Reload(Config running, const net::TlsTicketKey& ticket_key, const Needs& needs)
    : needs_(needs),
      running_(std::move(running)),
      probe_(needs.metrics),
      ticket_key_(ticket_key),
      ticket_key_since_(needs.clock.now()),
      stamp_(tls_files_stamp(running_)) {}

void Reload::everything() {
  needs_.log.info("reloading");
  const auto wanted = load_config_with_origins(needs_.sources);
  if (!wanted) {
    refuse(wanted.error());
    return;
  }
  // What needs a restart stays as it is; the rest has to fit to that.
  const Config next = with_reloadable(running_, wanted->config);
  Problems problems;
  check_combinations(next, wanted->origins, problems);
  // Before the files are read, so that a change in between is seen by the next look.
  const std::string stamp = tls_files_stamp(next);
  const auto files = load_files(next, ticket_key_);
  if (!files) {
    add_problems(files.error(), problems);
  }
  if (!problems.empty()) {
    refuse(problems);
    return;
  }
  const ConfigChanges changes = compare_configs(running_, wanted->config);
  apply(next, *files);
  stamp_ = stamp;
  for (const OptionChange& change : changes.reloadable) {
    needs_.log.info("option_changed",
                    {{"option", change.name}, {"before", change.before}, {"now", change.after}});
  }
  for (const OptionChange& change : changes.restart) {
    needs_.log.warn(
        "restart_needed",
        {{"option", change.name}, {"running", change.before}, {"wanted", change.after}});
  }
  needs_.log.info("reloaded", {{"changed", std::to_string(changes.reloadable.size())},
                               {"need_restart", std::to_string(changes.restart.size())}});
}

void Reload::refuse(const Problems& problems) {
  for (const Error& problem : problems) {
    needs_.log.error("reload_refused", {{"problem", problem.text}});
  }
  probe_.configuration(false);
}

void Reload::apply(const Config& wanted, const LoadedFiles& files) {
  running_ = wanted;
  needs_.sink.set_level(wanted.log.level);
  needs_.pool.replace(
      make_authenticators(files.access, wanted.access.allow_anonymous, needs_.ports));
  for (net::IoMailbox* mailbox : needs_.mailboxes) {
    mailbox->post_always(net::PolicyChanged{*files.access.policy});
  }
  take_tls(files.tls);
  probe_.configuration(true);
}

void Reload::take_tls(const TlsContexts& contexts) {
  needs_.listeners.set_tls(contexts);
  note_expiry(contexts);
  refused_stamp_.clear();
}

void Reload::look_at_tls_files() {
  const std::string stamp = tls_files_stamp(running_);
  const bool key_is_old = needs_.clock.now() - ticket_key_since_ >= kTicketKeyAge;
  if (stamp == stamp_ && !key_is_old) {
    if (!refused_stamp_.empty()) {
      refused_stamp_.clear();
      probe_.tls_is_as_before();
    }
    return;
  }
  if (key_is_old) {
    crypto::fill_random(ticket_key_);
    ticket_key_since_ = needs_.clock.now();
  }
  // Read after the look, so that a change in between is seen by the next one.
  const auto contexts = load_tls(running_, ticket_key_);
  if (contexts) {
    take_tls(*contexts);
    stamp_ = stamp;
    probe_.tls(true);
    needs_.log.info("certificates_reloaded");
    return;
  }
  // A certificate and its key are not replaced in one moment: the next look may find them whole.
  if (std::exchange(refused_stamp_, stamp) == stamp) {
    return;
  }
  probe_.tls(false);
  for (const Error& problem : contexts.error()) {
    needs_.log.error("certificates_refused", {{"problem", problem.text}});
  }
}

}  // namespace godwit::app
