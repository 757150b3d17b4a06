"""One operator a file: it reads its parameters, calls one verb of `revcycle`, returns counts."""
