"""Gates that change the code to see whether the tests notice: `make gates`."""
