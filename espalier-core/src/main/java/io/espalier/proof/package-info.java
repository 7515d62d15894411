/**
 * Proves a cut on real inputs: the network with the removed parts silenced and the network without
 * them must give the same outputs.
 */
package io.espalier.proof;
