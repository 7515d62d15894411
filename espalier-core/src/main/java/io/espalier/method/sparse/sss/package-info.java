/** Sparse structure selection: factors on channels, convolution groups and residual branches. */
package io.espalier.method.sparse.sss;
