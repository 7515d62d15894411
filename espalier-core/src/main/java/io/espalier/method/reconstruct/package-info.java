/**
 * Reconstruction: a layer's inputs are chosen, and its weights fitted anew, so that its outputs
 * stay what they were.
 */
package io.espalier.method.reconstruct;
