/**
 * Networks and tensors on libtorch. This is the only package that touches native tensors: others
 * hold {@link io.espalier.torch.DeviceTensor}s, inside a {@link io.espalier.torch.Scope}.
 */
package io.espalier.torch;
