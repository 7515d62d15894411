package io.espalier.latency;

import io.espalier.cost.Cost;

/**
 * One network of a measurement.
 *
 * @param name the file's name as it was given
 * @param timing its times
 * @param cost what it costs for one sample
 * @param speedup how many times faster it is than the first network
 * @param macRatio how many times fewer MACs it has than the first network
 * @param diagnosis a plain sentence where the speed-up falls short of the MACs, else empty
 */
public record ModelLatency(
    String name, Timing timing, Cost cost, double speedup, double macRatio, String diagnosis) {}
