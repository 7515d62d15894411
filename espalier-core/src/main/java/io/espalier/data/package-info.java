/**
 * Images from disk to normalised batches in host arrays. A {@link io.espalier.data.DataSpec} names
 * a data set, {@link io.espalier.data.Datasets} opens it, {@link io.espalier.data.Batches}
 * shuffles, augments and normalises it. No tensors here.
 */
package io.espalier.data;
