"""Where moto 5.2.5 answers otherwise than AWS documents, one file a subject; each has `install()`."""
