/**
 * ONNX files: the reader, the simplifier that works out what exporters leave to run time, and the
 * writer. Reader and writer are inverse to each other.
 */
package io.espalier.onnx;
