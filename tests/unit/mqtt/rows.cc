#include "tests/unit/mqtt/rows.h"

namespace godwit::mqtt::test {

std::vector<GoodRow> all_good_rows() {
  std::vector<GoodRow> all;
  for (const auto rows : {connect_rows(), connack_rows(), publish_rows(), publish_ack_rows(),
                          subscribe_rows(), unsubscribe_rows(), disconnect_rows()}) {
    all.insert(all.end(), rows.begin(), rows.end());
  }
  return all;
}

}  // namespace godwit::mqtt::test
