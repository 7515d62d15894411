package io.espalier.torch;

import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What the kernels know about the pass that they are part of.
 *
 * @param mode what it is for
 * @param batch number of this pass among those that recalibrate, from 1
 * @param real the type that real numbers are computed in
 */
record Pass(Mode mode, int batch, ScalarType real) {}
