#include "cluster/raft/probe.h"

namespace godwit::raft {
namespace {

constexpr std::array<std::string_view, kRefusals> kRefusalNames = {
    "wrong_group",      "wrong_replica", "impossible_term",
    "impossible_index", "bad_entries",   "bad_configuration",
    "too_large",        "two_leaders",   "conflicts_with_committed",
    "not_a_member"};

constexpr std::array<std::string_view, 8> kProposeErrorNames = {
    "not_leader",    "transferring",      "busy",       "too_large", "change_pending",
    "no_commit_yet", "bad_configuration", "not_a_voter"};

Metric* counter(MetricSheet& sheet, std::string_view name, std::string_view help) {
  return &sheet.add({.kind = MetricKind::kCounter, .name = name, .help = help});
}

}  // namespace

Probe::Probe(MetricSheet& sheet)
    : for_nobody_(counter(sheet, "godwit_raft_messages_for_nobody_total",
                          "Messages of peers for a group that has no replica here.")),
      elections_(counter(sheet, "godwit_raft_elections_total",
                         "Elections that replicas of this node stood for.")),
      elected_(counter(sheet, "godwit_raft_leaderships_total",
                       "Elections that replicas of this node won.")),
      without_quorum_(counter(sheet, "godwit_raft_quorum_lost_total",
                              "Leaders of this node that stepped down for want of a quorum.")),
      truncated_(counter(sheet, "godwit_raft_truncated_entries_total",
                         "Entries that another leader's log replaced; none was committed.")),
      tails_resent_(counter(sheet, "godwit_raft_tails_resent_total",
                            "Times that appends to a follower were lost and sent again.")),
      snapshots_(counter(sheet, "godwit_raft_snapshots_wanted_total",
                         "Followers that needed a snapshot.")),
      forgot_(counter(sheet, "godwit_raft_amnesiac_replicas_total",
                      "Replicas found to have forgotten what they had acknowledged.")) {
  for (std::size_t refusal = 0; refusal < kRefusals; ++refusal) {
    refused_[refusal] = &sheet.add({.kind = MetricKind::kCounter,
                                    .name = "godwit_raft_messages_refused_total",
                                    .help = "Messages of peers that cannot be right.",
                                    .label = "reason",
                                    .label_value = kRefusalNames[refusal]});
  }
}

std::string_view name_of(Refusal refusal) {
  return kRefusalNames[static_cast<std::size_t>(refusal)];
}

std::string_view name_of(ProposeError error) {
  return kProposeErrorNames[static_cast<std::size_t>(error)];
}

}  // namespace godwit::raft
