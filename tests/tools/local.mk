# Programs that the tests run beside the two under test.
