/** Methods that score units: from weights, activations or gradients. One method, one class. */
package io.espalier.method.criterion;
