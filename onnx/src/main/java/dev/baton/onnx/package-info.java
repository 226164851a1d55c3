/** Models as ONNX files. <em>User API.</em> */
package dev.baton.onnx;
