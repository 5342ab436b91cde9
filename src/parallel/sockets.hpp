#pragma once

#include <chrono>
#include <string>

namespace jcs::parallel {

/// A socket that listens on this port of every local address. c10d would open it too, but says what
/// goes wrong in several lines on stderr.
/// @throws UsageError naming `address:port` when the port is taken.
int listen_on(const std::string& address, int port);

/// Waits until something accepts connections there.
/// @return false when nothing did in time.
bool answers(const std::string& address, int port, std::chrono::milliseconds timeout);

/// This machine's address on the way to `address`; empty when no way leads there.
std::string own_address_towards(const std::string& address, int port);

/// Whether only processes of the same machine reach this numeric address.
bool is_loopback(const std::string& numeric_address);

}  // namespace jcs::parallel
