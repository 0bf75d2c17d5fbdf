#include <array>
#include <cstdint>

#include "broker/app/option_field.h"
#include "broker/app/option_rows.h"

namespace godwit::app {
namespace {

constexpr std::int64_t kKiB = std::int64_t{1} << 10U;
constexpr std::int64_t kMiB = std::int64_t{1} << 20U;
constexpr std::int64_t kTiB = std::int64_t{1} << 40U;

constexpr std::array kRows = {
    Option{
        .name = "limits.maximum_packet_size",
        .type = OptionType::kBytes,
        .min = kKiB,
        .max = mqtt::kPacketSizeCeiling,
        .help = "The largest packet of a client, whole. Announced to MQTT 5.0 clients; a larger "
                "one closes its connection (0x95).",
        .field = OPTION_FIELD(config.limits.session.codec.maximum_packet_size),
    },
    Option{
        .name = "limits.topic_levels_max",
        .type = OptionType::kInteger,
        .min = 1,
        .max = 32'768,
        .help = "Levels of a topic name (0x90 beyond) or filter (0x8F).",
        .field = OPTION_FIELD(config.limits.session.codec.topic_levels_max),
    },
    Option{
        .name = "limits.user_properties_max",
        .type = OptionType::kInteger,
        .min = 0,
        .max = 65'535,
        .help = "User Properties of one packet; of a CONNECT and its will, each.",
        .field = OPTION_FIELD(config.limits.session.codec.user_properties_max),
    },
    Option{
        .name = "limits.connect_deadline_seconds",
        .type = OptionType::kSeconds,
        .min = 1,
        .max = 3'600,
        .help = "From the connection to a CONNECT that was answered; then it is closed.",
        .field = OPTION_FIELD(config.limits.session.connect_deadline),
    },
    Option{
        .name = "limits.handshake_deadline_seconds",
        .type = OptionType::kSeconds,
        .min = 1,
        .max = 3'600,
        .help = "From the connection to the end of what comes before MQTT: PROXY header, TLS and "
                "WebSocket handshake together; then it is closed.",
        .field = OPTION_FIELD(config.limits.handshake_deadline),
    },
    Option{
        .name = "limits.connect_packet_size_max",
        .type = OptionType::kBytes,
        .min = 256,
        .max = mqtt::kPacketSizeCeiling,
        .help =
            "The largest CONNECT, which is all that is read of a client before it is known; also "
            "the largest AUTH.",
        .field = OPTION_FIELD(config.limits.session.connect_packet_size_max),
    },
    Option{
        .name = "limits.close_grace_seconds",
        .type = OptionType::kSeconds,
        .min = 0,
        .max = 3'600,
        .help = "How long a connection that is being closed may take to accept what it is still to "
                "be sent; then it is cut.",
        .field = OPTION_FIELD(config.limits.close_grace),
    },
    Option{
        .name = "limits.client_id_bytes_max",
        .type = OptionType::kInteger,
        .min = 23,
        .max = 65'535,
        .help = "The longest client identifier.",
        .field = OPTION_FIELD(config.limits.session.client_id_bytes_max),
    },
    Option{
        .name = "limits.keep_alive_seconds_max",
        .type = OptionType::kInteger,
        .min = 0,
        .max = 65'535,
        .help = "The longest keep alive that is granted; a client that asks for more, or for none, "
                "gets this. For MQTT 5.0 clients, who are told. 0: whatever they ask for.",
        .field = OPTION_FIELD(config.limits.session.keep_alive_seconds_max),
    },
    Option{
        .name = "limits.receive_maximum",
        .type = OptionType::kInteger,
        .min = 1,
        .max = 65'535,
        .help = "Unfinished QoS 1 and 2 publishes of one MQTT 5.0 client. Announced; beyond it the "
                "connection is closed (0x93).",
        .field = OPTION_FIELD(config.limits.session.receive_maximum),
    },
    Option{
        .name = "limits.send_window_max",
        .type = OptionType::kInteger,
        .min = 1,
        .max = 65'535,
        .help = "Unacknowledged QoS 1 and 2 messages on the way to one client, which may ask for "
                "fewer; the others wait in its queue.",
        .field = OPTION_FIELD(config.limits.session.send_window_max),
    },
    Option{
        .name = "limits.topic_alias_maximum",
        .type = OptionType::kInteger,
        .min = 0,
        .max = 65'535,
        .help =
            "Topic aliases of one MQTT 5.0 client, in each direction; the client may take fewer "
            "of ours. Announced; a higher one closes its connection (0x94).",
        .field = OPTION_FIELD(config.limits.session.topic_alias_maximum),
    },
    Option{
        .name = "limits.topic_alias_bytes_max",
        .type = OptionType::kBytes,
        .min = 0,
        .max = kTiB,
        .help = "Bytes of the topics behind one client's topic aliases, in each direction (0x97 "
                "beyond).",
        .field = OPTION_FIELD(config.limits.session.topic_alias_bytes_max),
    },
    Option{
        .name = "limits.queue_messages_max",
        .type = OptionType::kInteger,
        .min = 1,
        .max = 100'000'000,
        .help = "Messages that wait for one session. Beyond it the oldest is dropped and counted.",
        .field = OPTION_FIELD(config.limits.session.queue_messages_max),
    },
    Option{
        .name = "limits.queue_bytes_max",
        .type = OptionType::kBytes,
        .min = kKiB,
        .max = kTiB,
        .help = "Bytes that wait for one session, in the same way.",
        .field = OPTION_FIELD(config.limits.session.queue_bytes_max),
    },
    Option{
        .name = "limits.write_buffer_max",
        .type = OptionType::kBytes,
        .min = 4 * kKiB,
        .max = kTiB,
        .help = "Bytes that wait for one client's socket. Beyond it QoS 0 is dropped and counted, "
                "QoS 1 and 2 wait in the queue.",
        .field = OPTION_FIELD(config.limits.session.write_buffer_max),
    },
    Option{
        .name = "limits.subscriptions_max",
        .type = OptionType::kInteger,
        .min = 1,
        .max = 10'000'000,
        .help = "Subscriptions of one session (0x97 beyond).",
        .field = OPTION_FIELD(config.limits.session.subscriptions_max),
    },
    Option{
        .name = "limits.session_expiry_seconds_max",
        .type = OptionType::kSeconds,
        .min = 0,
        .max = UINT32_MAX,
        .help = "The longest Session Expiry Interval that is granted. The default grants what is "
                "asked for, for ever too.",
        .field = OPTION_FIELD(config.limits.session.session_expiry_seconds_max),
    },
    Option{
        .name = "limits.retained_messages_max",
        .type = OptionType::kInteger,
        .min = 0,
        .max = 1'000'000'000,
        .help = "Retained messages of the whole process. One for another topic is delivered, but "
                "not kept.",
        .field = OPTION_FIELD(config.limits.retained.messages_max),
    },
    Option{
        .name = "limits.retained_bytes_max",
        .type = OptionType::kBytes,
        .min = 0,
        .max = kTiB,
        .help = "Bytes of retained messages of the whole process, in the same way.",
        .field = OPTION_FIELD(config.limits.retained.bytes_max),
    },
    Option{
        .name = "limits.memory_budget_bytes",
        .type = OptionType::kBytes,
        .min = 16 * kMiB,
        .max = kTiB,
        .help =
            "Bytes of queues, output, retained messages and subscriptions of the whole process. "
            "Beyond it new connections, QoS 1 and 2 publishes and new subscriptions are refused "
            "(0x97), and QoS 0 is dropped.",
        .field = OPTION_FIELD(config.limits.memory_budget_bytes),
    },
    Option{
        .name = "limits.connections_max",
        .type = OptionType::kInteger,
        .min = 1,
        .max = 100'000'000,
        .help = "Client connections at the same time; more are closed at once. The open files that "
                "the system grants may allow fewer; the log says at the start how many.",
        .field = OPTION_FIELD(config.limits.connections_max),
    },
    Option{
        .name = "limits.handshakes_max",
        .type = OptionType::kInteger,
        .min = 1,
        .max = 1'000'000,
        .help = "Unfinished handshakes (PROXY, TLS, WebSocket) of the whole process; beyond it the "
                "oldest is closed.",
        .field = OPTION_FIELD(config.limits.handshakes_max),
    },
    Option{
        .name = "limits.authentication_queue_max",
        .type = OptionType::kInteger,
        .min = 1,
        .max = 1'000'000,
        .help = "Logins that wait for a password check; more are refused as busy (0x89).",
        .field = OPTION_FIELD(config.limits.authentication_queue_max),
    },
};

}  // namespace

std::span<const Option> limit_option_rows() { return kRows; }

}  // namespace godwit::app
