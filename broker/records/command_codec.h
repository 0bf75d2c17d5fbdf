// Entries of a data shard's log as bytes: proto/shard/v1/commands.proto.
//
// Pure; thread: any.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "broker/records/command.h"
#include "broker/records/error.h"

namespace godwit::records {

// The runs of bytes inside are moved out of `entry`.
[[nodiscard]] Bytes encode(Entry entry);
// Message records inside are not looked into.
[[nodiscard]] Result<Entry, RecordError> decode_entry(ByteView bytes);

}  // namespace godwit::records
