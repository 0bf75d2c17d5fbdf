#include <array>

#include "broker/app/option_field.h"
#include "broker/app/option_rows.h"

namespace godwit::app {
namespace {

constexpr std::array kRows = {
    Option{
        .name = "io_threads",
        .type = OptionType::kInteger,
        .min = 1,
        .max = 64,
        .flag = "--io-threads",
        .help = "Threads that serve client connections. One is the most economical; more help when "
                "it is busy all the time.",
        .field = OPTION_FIELD(config.io_threads),
    },
    Option{
        .name = "connection_placement",
        .type = OptionType::kChoice,
        .choices = "gather spread",
        .help = "Which I/O thread gets a new connection. `gather`: the first one, where clients "
                "reach each other at the least cost, while there are fewer than "
                "`gather_connections_max` connections and it was busy for less than 70 % of the "
                "last second; otherwise as `spread`: the one with the fewest.",
        .field = OPTION_FIELD(config.connection_placement),
    },
    Option{
        .name = "gather_connections_max",
        .type = OptionType::kInteger,
        .min = 1,
        .max = 100'000'000,
        .help = "Connections of the whole process from which on `gather` spreads new ones.",
        .field = OPTION_FIELD(config.gather_connections_max),
    },
    Option{
        .name = "sys_interval_seconds",
        .type = OptionType::kSeconds,
        .min = 0,
        .max = 86'400,
        .help = "How often the topics below `$SYS/broker/` are published; 0: never.",
        .field = OPTION_FIELD(config.sys_interval_seconds),
    },
    Option{
        .name = "drain_seconds",
        .type = OptionType::kSeconds,
        .min = 0,
        .max = 3'600,
        .help = "How long a stop waits for what is still to be written to clients.",
        .field = OPTION_FIELD(config.drain_seconds),
    },
    Option{
        .name = "http.bind",
        .type = OptionType::kAddress,
        .flag = "--http-bind",
        .help = "Where `/metrics`, `/livez`, `/readyz` and `/version` are served, written as "
                "`listener.tcp.bind`; `off`: nowhere. There is no login: keep it off networks that "
                "you do not trust.",
        .field = OPTION_FIELD(config.http.bind),
    },
    Option{
        .name = "http.connections_max",
        .type = OptionType::kInteger,
        .min = 1,
        .max = 10'000,
        .help = "HTTP connections at the same time; more are closed at once.",
        .field = OPTION_FIELD(config.http.connections_max),
    },
    Option{
        .name = "mqtt.shared_subscriptions",
        .type = OptionType::kChoice,
        .choices = "round_robin hash_topic hash_client off",
        .help = "Which member of a `$share` group gets a message: the next one that has room, or "
                "always the same one for a topic or for a publisher; `off`: there are none.",
        .field = OPTION_FIELD(config.mqtt.shared_subscriptions),
    },
    Option{
        .name = "mqtt.retained_messages",
        .type = OptionType::kBoolean,
        .help = "Whether messages with RETAIN are kept. Off: clients are told, and such a publish "
                "closes its connection (0x9A).",
        .field = OPTION_FIELD(config.mqtt.retained_messages),
    },
    Option{
        .name = "mqtt.maximum_qos",
        .type = OptionType::kInteger,
        .min = 0,
        .max = 2,
        .help = "The highest quality of service. Clients are told; a publish above it closes its "
                "connection (0x9B).",
        .field = OPTION_FIELD(config.mqtt.maximum_qos),
    },
    Option{
        .name = "mqtt.response_information",
        .type = OptionType::kText,
        .help = "What MQTT 5.0 clients are told that ask where to expect answers: the beginning of "
                "a topic, with `%c` for their client id. Empty: nothing.",
        .field = OPTION_FIELD(config.mqtt.response_information),
    },
    Option{
        .name = "mqtt.server_reference",
        .type = OptionType::kText,
        .help = "Sends clients elsewhere: each CONNECT is refused with this address (0x9C). Empty: "
                "they are served here.",
        .field = OPTION_FIELD(config.mqtt.server_reference),
    },
    Option{
        .name = "mqtt.server_has_moved",
        .type = OptionType::kBoolean,
        .help = "They are sent there for good (0x9D).",
        .field = OPTION_FIELD(config.mqtt.server_has_moved),
    },
    Option{
        .name = "access.allow_anonymous",
        .type = OptionType::kBoolean,
        .reloadable = true,
        .flag = "--allow-anonymous",
        .help = "Lets clients in that send no user name.",
        .field = OPTION_FIELD(config.access.allow_anonymous),
    },
    Option{
        .name = "access.password_file",
        .type = OptionType::kPath,
        .reloadable = true,
        .flag = "--password-file",
        .help = "Users and password hashes, written by `godwit passwd`. Empty: no user can log in.",
        .field = OPTION_FIELD(config.access.password_file),
    },
    Option{
        .name = "access.rules_file",
        .type = OptionType::kPath,
        .reloadable = true,
        .flag = "--rules-file",
        .help = "Which client may publish and subscribe to what. Empty: whoever is let in may do "
                "everything but publish below `$SYS/`.",
        .field = OPTION_FIELD(config.access.rules_file),
    },
    Option{
        .name = "access.authentication_threads",
        .type = OptionType::kInteger,
        .min = 1,
        .max = 64,
        .help = "Threads that check passwords; a check takes about 20 ms and 19 MiB.",
        .field = OPTION_FIELD(config.access.authentication_threads),
    },
    Option{
        .name = "log.level",
        .type = OptionType::kChoice,
        .choices = "trace debug info warn error off",
        .reloadable = true,
        .flag = "--log-level",
        .help = "The least important lines that are written.",
        .field = OPTION_FIELD(config.log.level),
    },
};

}  // namespace

std::span<const Option> general_option_rows() { return kRows; }

}  // namespace godwit::app
