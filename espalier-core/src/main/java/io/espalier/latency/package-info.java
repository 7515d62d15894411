/**
 * Running and timing networks in ONNX Runtime: {@link io.espalier.latency.OrtNet} runs one, {@link
 * io.espalier.latency.LatencyBench} times several side by side, and {@link
 * io.espalier.latency.Diagnosis} says why a gain is smaller than the MACs promise.
 */
package io.espalier.latency;
