#include "broker/records/error.h"

namespace godwit::records {

std::string_view name_of(RecordError error) {
  switch (error) {
    case RecordError::kTruncated:
      return "truncated";
    case RecordError::kTrailing:
      return "trailing";
    case RecordError::kMalformed:
      return "malformed";
    case RecordError::kUnknownFormat:
      return "unknown_format";
    case RecordError::kUnknownCommand:
      return "unknown_command";
  }
  return "unknown";
}

}  // namespace godwit::records
