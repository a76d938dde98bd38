"""The plugins that all tests share; what they do is in harness/."""

pytest_plugins = ["harness.counting", "harness.selection", "harness.sharing", "harness.fixtures", "harness.compiling"]
