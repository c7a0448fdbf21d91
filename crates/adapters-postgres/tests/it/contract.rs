//! Contract of every port.

testkit::suite!(super::super::open);
