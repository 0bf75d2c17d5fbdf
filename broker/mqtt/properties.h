// A list of properties as it lies in a packet, and its writer.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "broker/mqtt/error.h"
#include "broker/mqtt/limits.h"
#include "broker/mqtt/property.h"

namespace godwit::mqtt {

// A checked list: raw bytes without the length in front. Copying the raw bytes is how properties
// are passed on (MQTT-3.3.2-17, -18). Borrowed from the packet or from whoever stores them.
class PropertiesView {
 public:
  PropertiesView() = default;

  // Checks types, places, repeats, ranges and strings against the table. `offset` is that of
  // `raw` in its packet, for the error. Errors as in conformance annex A: 0x81 for unknown, not
  // allowed here, or cut off; 0x82 for repeated or out of range; 0x97 over user_properties_max.
  [[nodiscard]] static DecodeResult<PropertiesView> check(ByteView raw, PropertyPlace place,
                                                          Sender sender, const CodecLimits& limits,
                                                          std::size_t offset);
  // For bytes that `check` has accepted or PropertiesWriter has written.
  [[nodiscard]] static PropertiesView from_checked(ByteView raw) { return PropertiesView(raw); }

  [[nodiscard]] ByteView raw() const { return raw_; }
  [[nodiscard]] bool empty() const { return raw_.empty(); }

  // Walks the list: false at its end.
  class Walk {
   public:
    explicit Walk(ByteView raw) : rest_(raw) {}
    bool next(Property& property);
    // Bytes of the list not walked yet.
    [[nodiscard]] std::size_t rest_size() const { return rest_.size(); }

   private:
    ByteView rest_;
  };
  [[nodiscard]] Walk walk() const { return Walk(raw_); }

  // The first property with this id; one pass over the list.
  [[nodiscard]] std::optional<Property> find(PropertyId id) const;
  [[nodiscard]] std::optional<std::uint32_t> number(PropertyId id) const;
  [[nodiscard]] std::optional<std::string_view> text(PropertyId id) const;

  friend bool operator==(PropertiesView a, PropertiesView b) {
    return as_text(a.raw_) == as_text(b.raw_);
  }

 private:
  explicit PropertiesView(ByteView raw) : raw_(raw) {}
  ByteView raw_;
};

// Appends properties to a buffer that the caller owns and reuses.
class PropertiesWriter {
 public:
  explicit PropertiesWriter(Bytes& out) : out_(&out) {}

  void number(PropertyId id, std::uint32_t value);           // Width by the property's type.
  void text(PropertyId id, std::string_view value);          // kString and kBinary.
  void pair(std::string_view name, std::string_view value);  // User Property.
  void add(const Property& property);

 private:
  Bytes* out_;
};

}  // namespace godwit::mqtt
