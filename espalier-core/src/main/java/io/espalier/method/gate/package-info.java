/** Methods that train gates on channels together with the network, and then harden them. */
package io.espalier.method.gate;
