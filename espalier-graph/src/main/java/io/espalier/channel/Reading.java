package io.espalier.channel;

/**
 * A place where channels are summed out: input {@code input} of {@code node}. A zero there is as
 * good as no channel, so this is where a mask stands.
 */
record Reading(String node, int input, IdArray ids) {}
