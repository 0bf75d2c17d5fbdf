#include "broker/access/scram_sha256.h"

#include <array>
#include <string>
#include <utility>

#include "base/base64.h"
#include "broker/access/scram_message.h"

namespace godwit::access {
namespace {

constexpr std::size_t kNonceBytes = 24;

Bytes to_bytes(std::string_view text) {
  const ByteView bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

// What the method shares with its exchanges, which a reload of the users does not cut short.
struct ScramSha256::Knowledge {
  Knowledge(PasswordFile its_file, Ports its_ports)
      : file(std::move(its_file)), stand_ins(file, its_ports.sha256), ports(std::move(its_ports)) {}

  // Of an unknown user too, with keys that no proof fits.
  [[nodiscard]] ScramVerifier verifier(std::string_view user_name) const {
    // Drawn for everybody, so that the time tells nobody apart.
    ScramVerifier stand_in = stand_ins.verifier(user_name);
    const std::string* hash = file.find(user_name);
    auto stored = hash == nullptr ? std::nullopt : ScramVerifier::parse(*hash);
    return stored ? std::move(*stored) : std::move(stand_in);
  }
  [[nodiscard]] std::string make_nonce() const {
    std::array<std::byte, kNonceBytes> bytes{};
    ports.fill_random(bytes);
    return to_base64(bytes);
  }

  const PasswordFile file;
  const StandIns stand_ins;
  const Ports ports;
};

class ScramSha256::Exchange final : public AuthenticationExchange {
 public:
  explicit Exchange(std::shared_ptr<const Knowledge> knowledge)
      : knowledge_(std::move(knowledge)) {}

  ExchangeAnswer step(ByteView data) override {
    switch (std::exchange(state_, State::kOver)) {
      case State::kBegun:
        return data.empty() ? ask_for_first() : take_first(as_text(data));
      case State::kAsked:
        return take_first(as_text(data));
      case State::kChallenged:
        return take_final(as_text(data));
      case State::kOver:
        break;
    }
    return {};
  }

 private:
  enum class State { kBegun, kAsked, kChallenged, kOver };

  // SCRAM begins with the client; one that sent no data with its CONNECT is asked for it.
  ExchangeAnswer ask_for_first() {
    state_ = State::kAsked;
    return {.verdict = AuthenticationVerdict::kContinue};
  }

  ExchangeAnswer take_first(std::string_view message) {
    auto first = parse_client_first(message);
    if (!first) {
      return {};
    }
    verifier_ = knowledge_->verifier(first->user_name);
    user_name_ = std::move(first->user_name);
    channel_binding_ = to_base64(as_bytes(first->gs2_header));
    nonce_ = std::string(first->nonce) + knowledge_->make_nonce();
    const std::string answer = "r=" + nonce_ + ",s=" + to_base64(verifier_.salt) +
                               ",i=" + std::to_string(verifier_.iterations);
    auth_message_ = std::string(first->bare) + "," + answer + ",";
    state_ = State::kChallenged;
    return {.verdict = AuthenticationVerdict::kContinue, .data = to_bytes(answer)};
  }

  ExchangeAnswer take_final(std::string_view message) {
    const auto final_message = parse_client_final(message);
    if (!final_message || final_message->channel_binding != channel_binding_ ||
        final_message->nonce != nonce_) {
      return {};
    }
    auth_message_ += final_message->without_proof;
    if (!proven(final_message->proof)) {
      return {};
    }
    const Digest256 signature =
        knowledge_->ports.sha256.hmac(verifier_.server_key, as_bytes(auth_message_));
    return {.verdict = AuthenticationVerdict::kAccepted,
            .principal = {TenantId{}, user_name_},
            .data = to_bytes("v=" + to_base64(signature))};
  }

  // RFC 5802, section 3: the proof is the client key, veiled by a signature that we can compute.
  [[nodiscard]] bool proven(const Digest256& proof) const {
    const Sha256& sha256 = knowledge_->ports.sha256;
    Digest256 client_key = sha256.hmac(verifier_.stored_key, as_bytes(auth_message_));
    for (std::size_t i = 0; i < client_key.size(); ++i) {
      client_key[i] ^= proof[i];
    }
    return equal_in_constant_time(sha256.hash(client_key), verifier_.stored_key);
  }

  const std::shared_ptr<const Knowledge> knowledge_;
  State state_ = State::kBegun;
  ScramVerifier verifier_;
  std::string user_name_;
  std::string channel_binding_;  // As the final message has to repeat it.
  std::string nonce_;            // The client's and ours.
  std::string auth_message_;     // Grows with the exchange.
};

ScramSha256::ScramSha256(PasswordFile file, Ports ports)
    : knowledge_(std::make_shared<const Knowledge>(std::move(file), std::move(ports))) {}

std::unique_ptr<AuthenticationExchange> ScramSha256::begin() const {
  return std::make_unique<Exchange>(knowledge_);
}

}  // namespace godwit::access
