#include "jcs/imaging/turn.hpp"

#include <cmath>

namespace jcs::imaging {

namespace {

cv::Mat reversed(const cv::Mat& slice, bool columns, bool rows) {
  if (!columns && !rows) return slice;
  cv::Mat out;
  cv::flip(slice, out, columns && rows ? -1 : columns ? 1 : 0);
  return out;
}

cv::Mat transposed(const cv::Mat& slice) {
  cv::Mat out;
  cv::transpose(slice, out);
  return out;
}

}  // namespace

Turn turn_to_upright(const CtVolume& volume) {
  const Vec3 &row = volume.row_direction, &column = volume.column_direction;
  if (!volume.oriented() || !volume.axial()) return {};
  // Along a row the patient's left should come nearer, along a column the back.
  const bool transposed =
      std::abs(row[1]) + std::abs(column[0]) > std::abs(row[0]) + std::abs(column[1]);
  return transposed ? Turn{true, column[0] < 0, row[1] < 0}
                    : Turn{false, row[0] < 0, column[1] < 0};
}

cv::Mat turned(const cv::Mat& slice, const Turn& turn) {
  return reversed(turn.transposed ? transposed(slice) : slice, turn.columns_reversed,
                  turn.rows_reversed);
}

cv::Mat turned_back(const cv::Mat& slice, const Turn& turn) {
  const cv::Mat laid = reversed(slice, turn.columns_reversed, turn.rows_reversed);
  return turn.transposed ? transposed(laid) : laid;
}

cv::Size turned(const cv::Size& size, const Turn& turn) {
  return turn.transposed ? cv::Size(size.height, size.width) : size;
}

cv::Rect turned(const cv::Rect& box, const cv::Size& size, const Turn& turn) {
  cv::Rect out = turn.transposed ? cv::Rect(box.y, box.x, box.height, box.width) : box;
  const cv::Size whole = turned(size, turn);
  if (turn.columns_reversed) out.x = whole.width - out.x - out.width;
  if (turn.rows_reversed) out.y = whole.height - out.y - out.height;
  return out;
}

}  // namespace jcs::imaging
