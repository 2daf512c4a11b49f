"""The checks of `fisioflow doctor`: each looks, changes nothing and says what to do."""
