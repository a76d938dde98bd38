"""The plugins that all tests share; what they do is in harness/."""

pytest_plugins = ["harness.sharing", "harness.counting", "harness.selection", "harness.fixtures", "harness.compiling"]
