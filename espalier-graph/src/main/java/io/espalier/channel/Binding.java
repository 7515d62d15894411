package io.espalier.channel;

/** An initializer whose elements belong to identities: {@code ids} broadcasts to its shape. */
record Binding(String initializer, Role role, String node, IdArray ids) {}
